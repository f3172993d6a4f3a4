using System.Buffers;
using System.IO.Pipelines;
using Gatehouse.Core.Traffic;
using Gatehouse.Storage;

namespace Gatehouse.Gate;

/// <summary>
/// Reads a body whole, within the job's limit and the server's memory budget, and undoes its content encoding: what
/// is inspected is what is forwarded, so an encoding that cannot be undone is refused.
/// </summary>
internal sealed class BodyReader(SharedRoom decoders)
{
    /// <summary>What is decoded at a time.</summary>
    private const int StepBytes = 64 * 1024;

    private static readonly Refusal Broken = new(RefusalKind.Malformed,
        "The request body ended before its announced end, came too slowly, or is wrongly chunked.", null);

    public async ValueTask<Refusal?> ReadAsync(GateCall call, long bytesMax, CancellationToken stop)
    {
        var request = call.Request;
        var encoding = request.Headers.Text("Content-Encoding");
        if (encoding is not null && request.Headers.Single("Content-Encoding") is null)
            return Unsupported(encoding);
        if (request.BodyLength > bytesMax) return TooLarge(bytesMax);
        Refusal? refusal;
        try
        {
            refusal = await ReadRawAsync(call, request.Body, bytesMax, stop);
        }
        catch (IOException)
        {
            // The server's word for a body that ends before its length, comes too slowly or is wrongly chunked.
            return Broken;
        }
        if (refusal is not null || encoding is null) return refusal;
        return await DecodeAsync(call, encoding, bytesMax, stop);
    }

    private static async ValueTask<Refusal?> ReadRawAsync(
        GateCall call, PipeReader reader, long bytesMax, CancellationToken stop)
    {
        // Memory is taken as bytes come, never as they are announced: an upload that stalls holds only what it sent.
        while (true)
        {
            var result = await reader.ReadAsync(stop);
            var more = result.Buffer.Length;
            var isTooLarge = call.Body.Received.Length + more > bytesMax;
            var noRoom = isTooLarge
                ? null : await ReserveAsync(call, call.Body.Received.CapacityAfter((int)more), stop);
            if (!isTooLarge && noRoom is null)
            {
                foreach (var part in result.Buffer) call.Body.Received.Append(part.Span);
            }
            reader.AdvanceTo(result.Buffer.End);
            if (isTooLarge) return TooLarge(bytesMax);
            if (noRoom is not null) return noRoom;
            if (result.IsCompleted) return null;
        }
    }

    private async ValueTask<Refusal?> DecodeAsync(
        GateCall call, string encoding, long bytesMax, CancellationToken stop)
    {
        if (ContentCodings.WindowOf(encoding) is not { } window) return Unsupported(encoding);
        if (window == 0) return null;
        using var encoded = call.Body.Received;
        var decoded = call.Body.Received = new PooledBytes();
        using var windows = new RoomHold(decoders, call.Caller.Job.Key);
        if (await windows.GrowToAsync(window, SharedRoom.WaitMax, stop) != RoomGrant.Taken)
        {
            return new Refusal(RefusalKind.Overloaded,
                $"The gate decodes as many request bodies as its memory allows, and did for "
                    + $"{SharedRoom.WaitMax.TotalSeconds:0} s. Try again, or send the body plain.", SharedRoom.WaitMax);
        }
        var source = PipeReader.Create(new ReadOnlySequence<byte>(encoded.Memory)).AsStream();
        await using var decoder = ContentCodings.Open(encoding, source)!;
        var buffer = ArrayPool<byte>.Shared.Rent(StepBytes);
        try
        {
            for (int read; (read = await decoder.ReadAsync(buffer, stop)) > 0;)
            {
                if (decoded.Length + read > bytesMax) return TooLarge(bytesMax);
                var held = (long)encoded.Capacity + decoded.CapacityAfter(read);
                if (await ReserveAsync(call, held, stop) is { } noRoom) return noRoom;
                decoded.Append(buffer.AsSpan(0, read));
            }
            call.Body.Room!.ShrinkTo(decoded.Capacity);
            return null;
        }
        catch (Exception error) when (error is IOException || ContentCodings.IsFault(error))
        {
            return Unsupported(encoding);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static async ValueTask<Refusal?> ReserveAsync(GateCall call, long bytes, CancellationToken stop)
        => await call.Body.Room!.GrowToAsync(bytes, SharedRoom.WaitMax, stop) switch
        {
            RoomGrant.Taken => null,
            RoomGrant.NeverFits => new Refusal(RefusalKind.BodyTooLarge,
                $"The request body is larger than the gate has memory for here ({Share(call)} for one job)."),
            RoomGrant.ShareSpent => new Refusal(RefusalKind.Overloaded,
                $"Requests of job '{call.Caller.Job.Key}' that were not forwarded yet hold as much of the gate's "
                    + $"memory for requests as one job may ({Share(call)}), and did for "
                    + $"{SharedRoom.WaitMax.TotalSeconds:0} s. Send fewer large requests at a time.",
                SharedRoom.WaitMax),
            _ => new Refusal(RefusalKind.Overloaded,
                $"The gate's memory for requests ({call.Body.Room!.Limits.All >> 20} MiB) had no room for this one "
                    + $"within {SharedRoom.WaitMax.TotalSeconds:0} s. Try again.", SharedRoom.WaitMax),
        };

    private static string Share(GateCall call)
    {
        var (share, all) = call.Body.Room!.Limits;
        return $"{share >> 20} MiB of {all >> 20} MiB";
    }

    private static Refusal TooLarge(long bytesMax) => new(RefusalKind.BodyTooLarge,
        $"The request body is larger than this job may send ({bytesMax} bytes, body-bytes-max).", null);

    private static Refusal Unsupported(string encoding) => new(RefusalKind.EncodingUnsupported,
        $"The request body's Content-Encoding '{Printable(encoding)}' cannot be decoded. "
            + "Send it plain, or as gzip, deflate, br or zstd.", null);

    private static string Printable(string text)
        => new([.. text.Take(40).Select(character => character is >= ' ' and <= '~' ? character : '?')]);
}
