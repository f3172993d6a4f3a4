using System.Buffers;
using Gatehouse.Core.Traffic;

namespace Gatehouse.Gate;

/// <summary>
/// Steps 8 and 10 for a stream: passes on each event as it comes, and keeps back everything from the first terminal
/// signal on until the pipeline has made the outcome durable. Slow readers slow the upstream: every write is awaited.
/// </summary>
internal sealed class StreamRelay(
    GateCall call, StreamMachine machine, EventReader reader, Func<GateCall, long, ValueTask<bool>> holdAsync)
    : IDisposable
{
    /// <summary>One read; the size that Kestrel's and the socket's buffers deliver at most in practice.</summary>
    private const int ReadBytes = 16 * 1024;

    /// <summary>One write; fits into Kestrel's blocks of 4 KiB together with the marks of a chunk.</summary>
    private const int WriteBytes = 2 * 1024;

    /// <summary>What one stream may hold, on record and withheld. A model that writes more is cut.</summary>
    private const int AnswerBytesMax = 32 * 1024 * 1024;

    /// <summary>
    /// After the final terminator the upstream gets this long to end the body, so that the connection can be reused.
    /// </summary>
    private static readonly TimeSpan EndGrace = TimeSpan.FromMilliseconds(250);

    private readonly PooledBytes _withheld = new();
    private bool _withholding;

    /// <summary>Exactly what came from the model.</summary>
    public PooledBytes Upstream { get; } = new();

    /// <summary>
    /// Exactly what was or will be sent to the caller; unused while that equals a prefix of what came.
    /// </summary>
    public PooledBytes Rewritten { get; } = new();

    public int DeliveredBytes { get; private set; }

    /// <summary>
    /// Events that carried a part of the answer: about one token each, where the model did not count.
    /// </summary>
    public int ContentEvents { get; private set; }

    public ReadOnlyMemory<byte> Delivered
        => call.UsageInjected
            ? Rewritten.Memory[..DeliveredBytes] : Upstream.Memory[..Math.Min(DeliveredBytes, Upstream.Length)];

    /// <summary>
    /// Passes the stream on until it ends, and says how it ended. What is withheld stays so until <see
    /// cref="ReleaseAsync"/>.
    /// </summary>
    public async Task<StreamEnd> RunAsync(Stream source, TimeSpan idleLimit)
    {
        var stop = call.Ended;
        while (true)
        {
            // A read of nothing waits without holding a buffer: most open streams are silent.
            call.EndAfter(idleLimit);
            var more = source.ReadAsync(Memory<byte>.Empty, stop);
            // A model that thinks before its first event: the caller learns at once that its call was taken.
            if (Upstream.Length == 0 && !more.IsCompleted) await call.Http.Response.BodyWriter.FlushAsync(stop);
            _ = await more;
            var buffer = ArrayPool<byte>.Shared.Rent(ReadBytes);
            try
            {
                var read = await source.ReadAsync(buffer, stop);
                if (read == 0) return AtEnd();
                if (Upstream.Length + read > AnswerBytesMax) return StreamEnd.TooLarge;
                if (!await holdAsync(call, Upstream.Length + read)) return StreamEnd.NoRoom;
                Upstream.Append(buffer.AsSpan(0, read));
                reader.Append(buffer.AsSpan(0, read));
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
            var end = PassOn();
            await FlushAsync(stop);
            if (end == StreamEnd.Complete) await DrainAsync(source);
            if (end is { } known) return known;
        }
    }

    /// <summary>Step 10: what was withheld goes out.</summary>
    public async ValueTask ReleaseAsync(CancellationToken stop)
    {
        if (_withheld.Length > 0) await call.Http.Response.BodyWriter.WriteAsync(_withheld.Memory, stop);
    }

    /// <summary>
    /// Counts the withheld bytes as delivered, for the record that is written just before they go out.
    /// </summary>
    public void CountWithheld() => DeliveredBytes += _withheld.Length;

    public void Dispose()
    {
        Upstream.Dispose();
        Rewritten.Dispose();
        _withheld.Dispose();
        reader.Dispose();
    }

    private StreamEnd AtEnd()
    {
        reader.Finish();
        return PassOn() ?? machine.AtEnd() switch
        {
            Completeness.Complete => StreamEnd.Complete,
            Completeness.Truncated => StreamEnd.Truncated,
            _ => StreamEnd.UpstreamError,
        };
    }

    private StreamEnd? PassOn()
    {
        while (reader.TryRead(out var part))
        {
            var signals = machine.Observe(in part);
            if ((signals & StreamSignals.Content) != 0) ContentEvents++;
            if ((signals & StreamSignals.Malformed) != 0) return StreamEnd.Malformed;
            if ((signals & (StreamSignals.Terminal | StreamSignals.End | StreamSignals.Error)) != 0)
                _withholding = true;
            if (call.HoldsCredential(part.Wire.Span)) return StreamEnd.LeakedCredential;
            Write(in part, signals);
            if ((signals & StreamSignals.Error) != 0) return StreamEnd.UpstreamError;
            if ((signals & StreamSignals.End) != 0) return StreamEnd.Complete;
        }
        return reader.Fault == StreamFault.None ? null : StreamEnd.Malformed;
    }

    private void Write(in StreamEvent part, StreamSignals signals)
    {
        if (!call.UsageInjected)
        {
            Send(part.Wire.Span);
            return;
        }
        var before = Rewritten.Length;
        if (UsageStripper.Strip(in part, signals, Rewritten) == UsageStrip.Unchanged) Rewritten.Append(part.Wire.Span);
        Send(Rewritten.Span[before..]);
    }

    private void Send(ReadOnlySpan<byte> bytes)
    {
        if (_withholding)
        {
            _withheld.Append(bytes);
            return;
        }
        DeliveredBytes += bytes.Length;
        var writer = call.Http.Response.BodyWriter;
        while (bytes.Length > 0)
        {
            // With its size named: once the caller is gone Kestrel hands out memory that leads nowhere for that, and
            // none at all otherwise, which the usual way to write takes for a bug.
            var part = bytes[..Math.Min(bytes.Length, WriteBytes)];
            part.CopyTo(writer.GetSpan(part.Length));
            writer.Advance(part.Length);
            bytes = bytes[part.Length..];
        }
    }

    private async ValueTask FlushAsync(CancellationToken stop)
    {
        var writer = call.Http.Response.BodyWriter;
        if (writer.UnflushedBytes == 0) return;
        await writer.FlushAsync(stop);
    }

    /// <summary>
    /// Reads to the end of the body. Bytes after the terminator are nobody's: they are not passed on, and an upstream
    /// that does not stop loses its connection.
    /// </summary>
    private static async Task DrainAsync(Stream source)
    {
        using var grace = new CancellationTokenSource(EndGrace);
        var buffer = ArrayPool<byte>.Shared.Rent(256);
        try
        {
            for (var reads = 0; reads < 4 && await source.ReadAsync(buffer, grace.Token) > 0; reads++) { }
        }
        catch (Exception error) when (error is OperationCanceledException or IOException or HttpRequestException)
        {
            // The answer itself is whole; only the connection is not reused.
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
