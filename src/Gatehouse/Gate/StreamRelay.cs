using System.Buffers;
using Gatehouse.Core.Traffic;
using Gatehouse.Gate.Guarding;
using Gatehouse.Gate.Upstream;
using Gatehouse.Storage;

namespace Gatehouse.Gate;

/// <summary>
/// Steps 8 and 10 for a stream: passes on each event as it comes, and keeps back everything from the first terminal
/// signal on until the exchange has made the outcome durable. Slow readers slow the upstream: every write is awaited.
/// </summary>
internal sealed class StreamRelay(
    GateCall call, StreamMachine machine, Func<long, ValueTask<Refusal?>> holdAsync) : IDisposable
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

    private readonly CredentialWatch? _credential = CredentialWatch.For(call.SecretUsed);

    /// <summary>Null where nobody looks at the text: the events then pass as they came.</summary>
    private readonly GuardedAnswer? _guarded = GuardedAnswer.For(call);

    private EventReader? _reader;
    private bool _hasEnd;
    /// <summary>What the server may hold of this stream before the next write waits for the caller.</summary>
    private const int UnflushedMax = 16 * 1024;

    /// <summary>
    /// What a guard makes of each byte at most: what came, its characters in two bytes each, and what goes.
    /// </summary>
    private const int GuardedCopies = 4;

    /// <summary>What is withheld of a progress; of other streams it is a part of what is kept.</summary>
    private readonly PooledBytes _progress = new();

    private int _withheldBytes;
    private long _withheldAt;

    /// <summary>Why there was no memory for more of this stream.</summary>
    public Refusal? NoRoom { get; private set; }

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

    public ReadOnlyMemory<byte> Delivered => Sent[..(int)Math.Min(DeliveredBytes, Sent.Length)];

    /// <summary>Why the guard ended the answer.</summary>
    public Refusal? Stopped => _guarded?.Stopped;

    private bool Rewrites => _guarded is not null || call.Attempt!.UsageInjected;

    /// <summary>What goes to the caller, to its end; a part of it is withheld.</summary>
    private ReadOnlyMemory<byte> Sent => Rewrites ? Rewritten.Memory : Upstream.Memory;

    private ReadOnlyMemory<byte> Withheld
        => _isCondensed ? _progress.Memory : Sent.Slice((int)_withheldAt, _withheldBytes);

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
        if (answer.IsDecoded) await call.Answer.Body.FlushAsync(stop);
        while (true)
        {
            call.EndAfter(HasBegun ? answer.Limits.Silence : answer.Limits.FirstByte);
            // A read of nothing waits without holding a buffer: most open streams are silent.
            if (!answer.IsDecoded)
            {
                var more = answer.Body.ReadAsync(Memory<byte>.Empty, stop);
                if (!HasBegun && !more.IsCompleted) await call.Answer.Body.FlushAsync(stop);
                _ = await more;
            }
            var buffer = ArrayPool<byte>.Shared.Rent(ReadBytes);
            try
            {
                var read = await answer.Body.ReadAsync(buffer, stop);
                if (read == 0) return await AtEndAsync(stop);
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

    /// <summary>
    /// Ends a stream that the guard ended, in a way that its client understands; what it says waits with the outcome.
    /// </summary>
    public void EndBlocked()
    {
        // Of what was withheld, the beginning is what the caller was to have: all but the last was released.
        var before = Rewritten.Length;
        Rewritten.Append(BlockedAnswer.End(call.Route!, Rewritten.Memory, Upstream.Memory, Stopped!.Message));
        if (_withheldBytes == 0) _withheldAt = DeliveredBytes;
        _withheldBytes += Rewritten.Length - before;
    }

    /// <summary>Step 10: what was withheld goes out.</summary>
    public async ValueTask ReleaseAsync(CancellationToken stop)
    {
        if (_withheldBytes > 0) await CallerAnswer.WriteAsync(call.Answer.Body, Withheld, stop);
    }

    /// <summary>
    /// Counts the withheld bytes as delivered, for the record that is written just before they go out.
    /// </summary>
    public void CountWithheld() => DeliveredBytes += _withheldBytes;

    /// <summary>What was counted did not go out after all.</summary>
    public void TakeBackWithheld() => DeliveredBytes -= _withheldBytes;

    public void Dispose()
    {
        Upstream.Dispose();
        Rewritten.Dispose();
        _progress.Dispose();
        _reader?.Dispose();
    }

    private async ValueTask<StreamEnd?> TakeAsync(ReadOnlyMemory<byte> bytes, CancellationToken stop)
    {
        if (Upstream.Length + bytes.Length > AnswerBytesMax) return StreamEnd.TooLarge;
        call.HoldOnRecord(Upstream.Length + bytes.Length);
        // What is rewritten is at most as long as what came.
        var memory = (long)Upstream.CapacityAfter(bytes.Length);
        NoRoom = await holdAsync(memory * (_guarded is not null ? GuardedCopies : Rewrites ? 2 : 1));
        if (NoRoom is not null) return StreamEnd.NoRoom;
        _reader ??= EventReader.For(FramingOf(bytes.Span, call.Route!));
        if (_isCondensed)
        {
            _reader.Append(bytes.Span);
        }
        else
        {
            Upstream.Append(bytes.Span);
            _reader.Extend(Upstream.Memory);
        }
        var end = await PassOnAsync(stop);
        await FlushAsync(stop);
        return end;
    }

    /// <summary>What the first bytes say, over what the route and the declared type say.</summary>
    private static StreamFraming FramingOf(ReadOnlySpan<byte> first, Route route)
        => first.TrimStart("\ufeff \t\r\n"u8) is [(byte)'{', ..] ? StreamFraming.Ndjson
            : EventReader.Recognise(first, route) == StreamFraming.Sse ? StreamFraming.Sse : route.Framing;

    private async ValueTask<StreamEnd> AtEndAsync(CancellationToken stop)
    {
        _reader?.Finish();
        if (await PassOnAsync(stop) is { } early) return early;
        if (machine.AtEnd() == Completeness.Truncated) return StreamEnd.Truncated;
        if (_guarded is not null && !(await _guarded.EndAsync(stop) && await SendReleasedAsync(stop)))
            return StreamEnd.Stopped;
        return Ended(machine.AtEnd() == Completeness.Complete ? StreamEnd.Complete : StreamEnd.UpstreamError);
    }

    /// <summary>Most of a credential at the very end is not for the caller either.</summary>
    private StreamEnd Ended(StreamEnd end) => _credential?.IsMostlyThere == true ? StreamEnd.LeakedCredential : end;

    private async ValueTask<StreamEnd?> PassOnAsync(CancellationToken stop)
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
            if (!wasHeld && _withheldBytes > 0 && _credential?.IsInDoubt != true) await LetGoAsync(stop);
            Keep(in part, signals);
            if (_guarded is not null)
            {
                if (!await GuardAsync(part, signals, stop)) return StreamEnd.Stopped;
            }
            else
            {
                await SendAsync(Rewrite(in part, signals), _hasEnd, stop);
            }
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

    private ReadOnlyMemory<byte> Rewrite(in StreamEvent part, StreamSignals signals)
    {
        if (!call.Attempt!.UsageInjected) return part.Wire;
        if ((signals & StreamSignals.UsageOnly) != 0) return default;
        var before = Rewritten.Length;
        if (UsageStripper.Find(in part) is { } usage) EventEditor.Write(in part, [usage], Rewritten);
        else Rewritten.Append(part.Wire.Span);
        return Rewritten.Memory[before..];
    }

    /// <summary>Has the guard look at an event, and sends what it releases. False when the answer ends here.</summary>
    private async ValueTask<bool> GuardAsync(StreamEvent part, StreamSignals signals, CancellationToken stop)
    {
        var isOurs = call.Attempt!.UsageInjected;
        if (!isOurs || (signals & StreamSignals.UsageOnly) == 0)
        {
            var own = isOurs ? UsageStripper.Find(in part) : null;
            // The model does not have to hurry while the guard looks.
            call.EndAfter(GatePipeline.AnswerTimeout);
            if (!await _guarded!.TakeAsync(part, signals, own, _hasEnd, stop)) return false;
        }
        if (!await SendReleasedAsync(stop)) return false;
        _guarded!.KeepHeld();
        return true;
    }

    private async ValueTask<bool> SendReleasedAsync(CancellationToken stop)
    {
        for (var before = Rewritten.Length; _guarded!.WriteNext(Rewritten) is { } isFromEnd; before = Rewritten.Length)
            await SendAsync(Rewritten.Memory[before..], isFromEnd, stop);
        return _guarded.Stopped is null;
    }

    private async ValueTask SendAsync(ReadOnlyMemory<byte> bytes, bool isFromEnd, CancellationToken stop)
    {
        if (!isFromEnd && _withheldBytes == 0 && _credential?.IsInDoubt != true)
        {
            await PassAsync(bytes, stop);
            return;
        }
        if (_withheldBytes == 0) _withheldAt = DeliveredBytes;
        _withheldBytes += bytes.Length;
        if (_isCondensed) _progress.Append(bytes.Span);
    }

    private async ValueTask LetGoAsync(CancellationToken stop)
    {
        var held = Withheld;
        _withheldBytes = 0;
        await PassAsync(held, stop);
        _progress.Dispose();
    }

    private async ValueTask PassAsync(ReadOnlyMemory<byte> bytes, CancellationToken stop)
    {
        var writer = call.Answer.Body;
        while (bytes.Length > 0)
        {
            // With its size named: once the caller is gone Kestrel hands out memory that leads nowhere for that, and
            // none at all otherwise, which the usual way to write takes for a bug.
            var part = bytes[..Math.Min(bytes.Length, WriteBytes)];
            part.Span.CopyTo(writer.GetSpan(part.Length));
            writer.Advance(part.Length);
            DeliveredBytes += part.Length;
            bytes = bytes[part.Length..];
            // An event may have MiB: the server holds what it is given until the caller has taken it.
            if (bytes.Length > 0 && writer.UnflushedBytes >= UnflushedMax) await writer.FlushAsync(stop);
        }
    }

    private async ValueTask FlushAsync(CancellationToken stop)
    {
        var writer = call.Answer.Body;
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
