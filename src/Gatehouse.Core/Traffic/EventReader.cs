using System.Buffers;

namespace Gatehouse.Core.Traffic;

/// <summary>
/// Cuts the bytes of a streamed answer into events, wherever they were cut on their way. Holds memory only while
/// part of an event is waiting for its rest. Not for use by two threads at once.
/// </summary>
public abstract class EventReader : IDisposable
{
    /// <summary>The largest event in bytes unless said otherwise. Ours: images in events reach a few MiB.</summary>
    public const int EventBytesMaxDefault = 8 * 1024 * 1024;

    /// <summary>The first buffer in bytes: most events are smaller.</summary>
    private const int FirstBufferBytes = 1024;

    /// <summary>A first line of JSON that is longer is taken for an answer in one piece. Ours.</summary>
    private const int FirstLineBytesMax = 256 * 1024;

    private byte[]? _buffer;
    private ReadOnlyMemory<byte> _lent;
    private int _start;
    private int _end;
    private bool _finished;

    private protected EventReader(int eventBytesMax)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(eventBytesMax);
        EventBytesMax = eventBytesMax;
    }

    /// <summary>Why the reader stopped; nothing is read after a fault.</summary>
    public StreamFault Fault { get; private set; }

    /// <summary>The memory held at this moment, in bytes.</summary>
    public int BytesHeld => _buffer?.Length ?? 0;

    private int EventBytesMax { get; }

    /// <summary>A reader for a route's stream.</summary>
    /// <exception cref="ArgumentException">The route does not stream.</exception>
    public static EventReader For(Route route, int eventBytesMax = EventBytesMaxDefault)
    {
        ArgumentNullException.ThrowIfNull(route);
        return route.Framing == StreamFraming.None
            ? throw new ArgumentException($"{route.Name} does not stream.", nameof(route))
            : For(route.Framing, eventBytesMax);
    }

    /// <summary>A reader for a framing that was recognised.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is none.</exception>
    public static EventReader For(StreamFraming framing, int eventBytesMax = EventBytesMaxDefault) => framing switch
    {
        StreamFraming.Sse => new SseReader(eventBytesMax),
        StreamFraming.Ndjson => new NdjsonReader(eventBytesMax),
        _ => throw new ArgumentOutOfRangeException(nameof(framing), framing, "Nothing to read."),
    };

    /// <summary>
    /// How an answer is framed, by its first bytes: servers send streams under types such as
    /// <c>application/json</c>. None for an answer that is one whole, null while the bytes do not say.
    /// </summary>
    /// <param name="first">The answer as far as it has come.</param>
    /// <param name="route">The route, which says how its streams should be framed.</param>
    public static StreamFraming? Recognise(ReadOnlySpan<byte> first, Route route)
    {
        ArgumentNullException.ThrowIfNull(route);
        if (route.Framing == StreamFraming.None)
            return StreamFraming.None;
        var text = (first.StartsWith("\ufeff"u8) ? first[3..] : first).TrimStart(" \t\r\n"u8);
        if (text.IsEmpty)
            return null;
        if (text[0] != '{')
            return RecogniseSse(text);
        // One object in many lines is a whole answer; one line that is a whole object is the first of a stream.
        if (route.Framing != StreamFraming.Ndjson)
            return StreamFraming.None;
        var end = text.IndexOf((byte)'\n');
        if (end >= 0)
            return AnswerJson.IsWhole(text[..end]) ? StreamFraming.Ndjson : StreamFraming.None;
        return text.Length > FirstLineBytesMax ? StreamFraming.None : null;
    }

    // The fields of server-sent events (WHATWG HTML, section 9.2.6), and the colon of a comment.
    private static StreamFraming? RecogniseSse(ReadOnlySpan<byte> text)
    {
        foreach (var field in (ReadOnlySpan<string>)["data:", "event:", "id:", "retry:", ":"])
        {
            var length = Math.Min(field.Length, text.Length);
            if (System.Text.Ascii.Equals(text[..length], field.AsSpan(0, length)))
                return length == field.Length ? StreamFraming.Sse : null;
        }
        return StreamFraming.None;
    }

    /// <summary>
    /// Takes the next bytes of the stream. Call <see cref="TryRead"/> until it is false before the next.
    /// </summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        if (Fault != StreamFault.None || bytes.IsEmpty)
            return;
        MakeRoom(bytes.Length);
        bytes.CopyTo(_buffer.AsSpan(_end));
        _end += bytes.Length;
    }

    /// <summary>
    /// As <see cref="Append"/>, without a copy: the stream from its first byte on, in memory that the caller keeps. Not
    /// to be mixed with <see cref="Append"/>.
    /// </summary>
    public void Extend(ReadOnlyMemory<byte> whole)
    {
        if (Fault == StreamFault.None)
            (_lent, _end) = (whole, whole.Length);
    }

    /// <summary>Says that the stream has ended; a rest without terminator then comes as a partial event.</summary>
    public void Finish() => _finished = true;

    /// <summary>Reads the next whole event. When it returns false, look at <see cref="Fault"/>.</summary>
    public bool TryRead(out StreamEvent read)
    {
        read = default;
        ForgetEvent();
        if (Fault != StreamFault.None)
            return false;
        var bytes = _buffer ?? _lent;
        var pending = bytes.Span[_start.._end];
        if (pending.IsEmpty)
        {
            ReturnBuffer();
            return false;
        }
        var length = FindEnd(pending, _finished);
        var isPartial = length < 0;
        if (isPartial)
            length = pending.Length;
        if (length > EventBytesMax)
        {
            Fault = StreamFault.EventTooLarge;
            ReturnBuffer();
            return false;
        }
        if (isPartial && !_finished)
            return false;
        read = Parse(bytes.Slice(_start, length), isPartial);
        _start += length;
        return true;
    }

    /// <summary>Gives the memory back. Events that were read are void then.</summary>
    public void Dispose()
    {
        ForgetEvent();
        ReturnBuffer();
        _finished = true;
        GC.SuppressFinalize(this);
    }

    /// <summary>
    /// The length of the first event in the pending bytes, or -1 while its end has not come. Is called with the same
    /// bytes and more until it finds the end, and must not look at the same bytes twice.
    /// </summary>
    private protected abstract int FindEnd(ReadOnlySpan<byte> pending, bool finished);

    /// <summary>Makes the event of these bytes and forgets how far <see cref="FindEnd"/> had come.</summary>
    private protected abstract StreamEvent Parse(ReadOnlyMemory<byte> wire, bool isPartial);

    /// <summary>Gives back what the last event held beside the buffer.</summary>
    private protected virtual void ForgetEvent()
    {
    }

    private void MakeRoom(int more)
    {
        if (_start == _end)
            _start = _end = 0;
        if (_buffer is not null && _buffer.Length - _end >= more)
            return;
        var held = _end - _start;
        var needed = checked(held + more);
        if (_buffer is not null && _buffer.Length >= needed)
        {
            // What is moved came with the last piece, behind a whole event: no byte is moved twice for one piece.
            _buffer.AsSpan(_start, held).CopyTo(_buffer);
        }
        else
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(needed + held, FirstBufferBytes));
            _buffer.AsSpan(_start, held).CopyTo(larger);
            ReturnBuffer();
            _buffer = larger;
        }
        _start = 0;
        _end = held;
    }

    private void ReturnBuffer()
    {
        if (_buffer is null)
            return;
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = null;
        _start = _end = 0;
    }
}
