using System.Buffers;
using System.IO.Compression;
using System.IO.Pipelines;
using Gatehouse.Core.Traffic;

namespace Gatehouse.Gate;

/// <summary>
/// Reads a body whole, within the job's limit and the house's memory budget, and undoes its content encoding: what
/// is inspected is what is forwarded, so an encoding that cannot be undone is refused.
/// </summary>
internal sealed class BodyReader(GateParts parts)
{
    /// <summary>Three quarters of the house's budget: whatever one job sends, there is room for the others.</summary>
    private const long JobBytesMax = MemoryBudget.BodiesBytesMax / 4 * 3;

    /// <summary>What a body of unknown length takes from the budget at a time.</summary>
    private const int StepBytes = 64 * 1024;

    private static readonly Refusal NoRoom = new(RefusalKind.Overloaded,
        "The gate holds as many request bodies as its memory budget allows. Try again.", TimeSpan.FromSeconds(2));

    private static readonly Refusal Broken = new(RefusalKind.Malformed,
        "The request body ended before its announced end, came too slowly, or is wrongly chunked.", null);

    public async ValueTask<Refusal?> ReadAsync(GateCall call, long bytesMax, CancellationToken stop)
    {
        var request = call.Http.Request;
        var encoding = request.Headers.ContentEncoding;
        if (encoding.Count > 1) return Unsupported(encoding.ToString());
        if (request.ContentLength > bytesMax) return TooLarge(bytesMax);
        Refusal? refusal;
        try
        {
            refusal = await ReadRawAsync(call, request.BodyReader, bytesMax, stop);
        }
        catch (IOException)
        {
            // Kestrel's word for a body that ends before its length, comes too slowly or is wrongly chunked.
            return Broken;
        }
        if (refusal is not null || encoding.Count == 0) return refusal;
        return await DecodeAsync(call, encoding.ToString(), bytesMax, stop);
    }

    private async ValueTask<Refusal?> ReadRawAsync(
        GateCall call, PipeReader reader, long bytesMax, CancellationToken stop)
    {
        // Memory is taken as bytes come, never as they are announced: an upload that stalls holds only what it sent.
        while (true)
        {
            var result = await reader.ReadAsync(stop);
            var more = result.Buffer.Length;
            var isTooLarge = call.Received.Length + more > bytesMax;
            var hasRoom = isTooLarge || await ReserveAsync(call, call.Received.Length + more, stop);
            if (!isTooLarge && hasRoom)
            {
                foreach (var part in result.Buffer) call.Received.Append(part.Span);
            }
            reader.AdvanceTo(result.Buffer.End);
            if (isTooLarge) return TooLarge(bytesMax);
            if (!hasRoom) return NoRoom;
            if (result.IsCompleted) return null;
        }
    }

    private async ValueTask<Refusal?> DecodeAsync(GateCall call, string encoding, long bytesMax, CancellationToken stop)
    {
        var encoded = new MemoryStream(call.Received.Span.ToArray(), writable: false);
        Stream? decoder = encoding.ToLowerInvariant() switch
        {
            "identity" => null,
            "gzip" or "x-gzip" => new GZipStream(encoded, CompressionMode.Decompress),
            "deflate" => new ZLibStream(encoded, CompressionMode.Decompress),
            "br" => new BrotliStream(encoded, CompressionMode.Decompress),
            "zstd" => OpenZstd(encoded),
            _ => Stream.Null,
        };
        if (decoder is null) return null;
        if (ReferenceEquals(decoder, Stream.Null)) return Unsupported(encoding);
        var buffer = ArrayPool<byte>.Shared.Rent(StepBytes);
        try
        {
            call.Received.Clear();
            for (int read; (read = await decoder.ReadAsync(buffer, stop)) > 0;)
            {
                if (call.Received.Length + read > bytesMax) return TooLarge(bytesMax);
                if (!await ReserveAsync(call, call.Received.Length + (long)read, stop)) return NoRoom;
                call.Received.Append(buffer.AsSpan(0, read));
            }
            return null;
        }
        catch (Exception error)
            when (error is InvalidDataException or InvalidOperationException or IOException or ZstdSharp.ZstdException)
        {
            return Unsupported(encoding);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
            await decoder.DisposeAsync();
        }
    }

    /// <summary>A window over 8 MiB (RFC 8878's recommendation for HTTP, RFC 9659) is refused by the decoder.</summary>
    private static ZstdSharp.DecompressionStream OpenZstd(MemoryStream encoded)
    {
        var stream = new ZstdSharp.DecompressionStream(encoded);
        stream.SetParameter(ZstdSharp.Unsafe.ZSTD_dParameter.ZSTD_d_windowLogMax, 23);
        return stream;
    }

    private ValueTask<bool> ReserveAsync(GateCall call, long bytes, CancellationToken stop)
        => bytes <= call.BudgetTaken
            ? new ValueTask<bool>(true) : TakeAsync(call, bytes - call.BudgetTaken + SlackFor(bytes), stop);

    /// <summary>
    /// A growing body takes its memory in steps; a small one takes what it is, so that thousands fit.
    /// </summary>
    private static long SlackFor(long bytes) => bytes < StepBytes ? 0 : StepBytes;

    private async ValueTask<bool> TakeAsync(GateCall call, long bytes, CancellationToken stop)
    {
        var meter = parts.Limits.For(call.Caller.Job.Key);
        if (!meter.TryHoldBody(bytes, JobBytesMax)) return false;
        if (!parts.Budget.TryTake(bytes) && !await parts.Budget.TakeAsync(bytes, stop))
        {
            meter.ReleaseBody(bytes);
            return false;
        }
        call.BudgetTaken += bytes;
        return true;
    }

    private static Refusal TooLarge(long bytesMax) => new(RefusalKind.BodyTooLarge,
        $"The request body is larger than this job may send ({bytesMax} bytes, body-bytes-max).", null);

    private static Refusal Unsupported(string encoding) => new(RefusalKind.EncodingUnsupported,
        $"The request body's Content-Encoding '{Printable(encoding)}' cannot be decoded. "
            + "Send it plain, or as gzip, deflate, br or zstd.", null);

    private static string Printable(string text)
        => new([.. text.Take(40).Select(character => character is >= ' ' and <= '~' ? character : '?')]);
}
