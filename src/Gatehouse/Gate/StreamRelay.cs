using System.Buffers;
using Gatehouse.Core.Traffic;
using Gatehouse.Gate.Upstream;

namespace Gatehouse.Gate;

/// <summary>
/// Steps 8 and 10 for a stream: passes on each event as it comes, and keeps back everything from the first terminal
/// signal on until the pipeline has made the outcome durable. Slow readers slow the upstream: every write is awaited.
/// </summary>
internal sealed class StreamRelay(
    GateCall call, StreamMachine machine, Func<GateCall, long, ValueTask<bool>> holdAsync) : IDisposable
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

    /// <summary>Of the progress of a pull, which may take a day, only lines that say something new are kept.</summary>
    private readonly bool _isCondensed = call.Route!.Kind == RouteKind.Manage;

    private readonly CredentialWatch? _credential = CredentialWatch.For(call.CredentialUsed);
    private EventReader? _reader;
    private bool _hasEnd;
    private readonly PooledBytes _withheld = new();

    /// <summary>Exactly what came from the model.</summary>
    public PooledBytes Upstream { get; } = new();

    /// <summary>
    /// Exactly what was or will be sent to the caller; unused while that equals a prefix of what came.
    /// </summary>
    public PooledBytes Rewritten { get; } = new();

    /// <summary>Bytes that were or will be sent to the caller.</summary>
    public long DeliveredBytes { get; private set; }

    /// <summary>Whether the record holds less than what came: the lines of a progress that say something new.</summary>
    public bool IsCondensed { get; private set; }

    /// <summary>Whether anything came at all.</summary>
    public bool HasBegun { get; private set; }

    /// <summary>
    /// Events that carried a part of the answer: about one token each, where the model did not count.
    /// </summary>
    public int ContentEvents { get; private set; }

    public ReadOnlyMemory<byte> Delivered
        => call.UsageInjected
            ? Rewritten.Memory[..(int)DeliveredBytes]
            : Upstream.Memory[..(int)Math.Min(DeliveredBytes, Upstream.Length)];

    /// <summary>
    /// Passes the stream on until it ends, and says how it ended. What is withheld stays so until <see
    /// cref="ReleaseAsync"/>.
    /// </summary>
    /// <param name="answer">The answer, of which some may have been read.</param>
    public async Task<StreamEnd> RunAsync(UpstreamAnswer answer)
    {
        var stop = call.Ended;
        HasBegun = answer.First.Length > 0;
        if (HasBegun && await TakeAsync(answer.First.Memory, stop) is { } early) return early;
        // A model that thinks before its first event: the caller learns at once that its call was taken.
        if (answer.IsDecoded) await call.Http.Response.BodyWriter.FlushAsync(stop);
        while (true)
        {
            call.EndAfter(HasBegun ? answer.Limits.Silence : answer.Limits.FirstByte);
            // A read of nothing waits without holding a buffer: most open streams are silent.
            if (!answer.IsDecoded)
            {
                var more = answer.Body.ReadAsync(Memory<byte>.Empty, stop);
                if (!HasBegun && !more.IsCompleted) await call.Http.Response.BodyWriter.FlushAsync(stop);
                _ = await more;
            }
            var buffer = ArrayPool<byte>.Shared.Rent(ReadBytes);
            try
            {
                var read = await answer.Body.ReadAsync(buffer, stop);
                if (read == 0) return AtEnd();
                HasBegun = true;
                if (await TakeAsync(buffer.AsMemory(0, read), stop) is not { } end) continue;
                if (end == StreamEnd.Complete) await DrainAsync(answer.Body);
                return end;
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
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

    /// <summary>What was counted did not go out after all.</summary>
    public void TakeBackWithheld() => DeliveredBytes -= _withheld.Length;

    public void Dispose()
    {
        Upstream.Dispose();
        Rewritten.Dispose();
        _withheld.Dispose();
        _reader?.Dispose();
    }

    private async ValueTask<StreamEnd?> TakeAsync(ReadOnlyMemory<byte> bytes, CancellationToken stop)
    {
        if (Upstream.Length + bytes.Length > AnswerBytesMax) return StreamEnd.TooLarge;
        call.HoldOnRecord(Upstream.Length + bytes.Length);
        if (!await holdAsync(call, Upstream.Length + bytes.Length)) return StreamEnd.NoRoom;
        if (!_isCondensed) Upstream.Append(bytes.Span);
        _reader ??= EventReader.For(FramingOf(bytes.Span, call.Route!));
        _reader.Append(bytes.Span);
        var end = PassOn();
        await FlushAsync(stop);
        return end;
    }

    /// <summary>What the first bytes say, over what the route and the declared type say.</summary>
    private static StreamFraming FramingOf(ReadOnlySpan<byte> first, Route route)
        => first.TrimStart("\ufeff \t\r\n"u8) is [(byte)'{', ..] ? StreamFraming.Ndjson
            : EventReader.Recognise(first, route) == StreamFraming.Sse ? StreamFraming.Sse : route.Framing;

    private StreamEnd AtEnd()
    {
        _reader?.Finish();
        return PassOn() ?? machine.AtEnd() switch
        {
            Completeness.Complete => Ended(StreamEnd.Complete),
            Completeness.Truncated => StreamEnd.Truncated,
            _ => Ended(StreamEnd.UpstreamError),
        };
    }

    /// <summary>Most of a credential at the very end is not for the caller either.</summary>
    private StreamEnd Ended(StreamEnd end) => _credential?.IsMostlyThere == true ? StreamEnd.LeakedCredential : end;

    private StreamEnd? PassOn()
    {
        if (_reader is null) return null;
        while (_reader.TryRead(out var part))
        {
            var signals = machine.Observe(in part);
            if ((signals & StreamSignals.Content) != 0) ContentEvents++;
            if ((signals & StreamSignals.Malformed) != 0) return StreamEnd.Malformed;
            if (_credential?.EndsIn(in part) == true) return StreamEnd.LeakedCredential;
            if ((signals & StreamSignals.Resumes) != 0) _hasEnd = false;
            var wasHeld = _hasEnd;
            if ((signals & (StreamSignals.Terminal | StreamSignals.End | StreamSignals.Error)) != 0) _hasEnd = true;
            // What was taken for the end, or for the beginning of a credential, was neither.
            if (!wasHeld && _withheld.Length > 0 && _credential?.IsInDoubt != true) LetGo();
            Keep(in part, signals);
            Write(in part, signals);
            if ((signals & StreamSignals.Error) != 0) return Ended(StreamEnd.UpstreamError);
            if ((signals & StreamSignals.End) != 0) return Ended(StreamEnd.Complete);
        }
        return _reader.Fault == StreamFault.None ? null : StreamEnd.Malformed;
    }

    private void Keep(in StreamEvent part, StreamSignals signals)
    {
        if (!_isCondensed) return;
        if ((signals & StreamSignals.Repeats) != 0) IsCondensed = true;
        else Upstream.Append(part.Wire.Span);
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
        if (_hasEnd || _credential?.IsInDoubt == true) _withheld.Append(bytes);
        else Pass(bytes);
    }

    private void LetGo()
    {
        Pass(_withheld.Span);
        _withheld.Clear();
    }

    private void Pass(ReadOnlySpan<byte> bytes)
    {
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
