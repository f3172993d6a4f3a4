using System.Buffers;

namespace Gatehouse.Core.Traffic;

/// <summary>
/// Reads server-sent events (WHATWG HTML, section 9.2.6). A CR at the end of the bytes waits for the next one, which
/// may be the LF of the same line end.
/// </summary>
public sealed class SseReader : EventReader
{
    private int _lineStart;
    private int _scanned;
    private bool _isFirst = true;
    private byte[]? _joined;

    /// <summary>A reader that refuses events of more than <paramref name="eventBytesMax"/> bytes.</summary>
    public SseReader(int eventBytesMax = EventBytesMaxDefault)
        : base(eventBytesMax)
    {
    }

    private protected override int FindEnd(ReadOnlySpan<byte> pending, bool finished)
    {
        while (true)
        {
            var found = pending[_scanned..].IndexOfAny((byte)'\r', (byte)'\n');
            if (found < 0)
            {
                _scanned = pending.Length;
                return -1;
            }
            var end = _scanned + found;
            var next = end + 1;
            if (pending[end] == '\r')
            {
                if (next == pending.Length && !finished)
                {
                    _scanned = end;
                    return -1;
                }
                if (next < pending.Length && pending[next] == '\n')
                    next++;
            }
            var isEmpty = end == _lineStart
                || (_isFirst && _lineStart == 0 && pending[..end].SequenceEqual("\ufeff"u8));
            _lineStart = next;
            _scanned = next;
            if (isEmpty)
                return next;
        }
    }

    private protected override StreamEvent Parse(ReadOnlyMemory<byte> wire, bool isPartial)
    {
        var isFirst = _isFirst;
        var lines = new SseLines(wire.Span, isFirst);
        _isFirst = false;
        _lineStart = 0;
        _scanned = 0;
        ReadOnlyMemory<byte> data = default, name = default;
        var dataLines = 0;
        var dataOffset = -1;
        while (lines.MoveNext())
        {
            var value = wire.Slice(lines.ValueOffset, lines.ValueLength);
            if (lines.Field == SseField.Event)
            {
                name = value;
            }
            else if (lines.Field == SseField.Data)
            {
                dataOffset = dataLines == 0 ? lines.ValueOffset : -1;
                data = dataLines++ == 0 ? value : Join(data, value, wire.Length);
            }
        }
        return new StreamEvent
        {
            Wire = wire,
            Data = data,
            Name = name,
            HasData = dataLines > 0,
            IsPartial = isPartial,
            DataOffset = dataOffset,
            IsFirst = isFirst,
        };
    }

    private protected override void ForgetEvent()
    {
        if (_joined is not null)
            ArrayPool<byte>.Shared.Return(_joined);
        _joined = null;
    }

    /// <summary>The joined lines are never longer than the wire bytes, so that one array holds them all.</summary>
    private ReadOnlyMemory<byte> Join(ReadOnlyMemory<byte> before, ReadOnlyMemory<byte> line, int wireBytes)
    {
        if (_joined is null)
        {
            _joined = ArrayPool<byte>.Shared.Rent(wireBytes);
            before.CopyTo(_joined);
        }
        _joined[before.Length] = (byte)'\n';
        line.CopyTo(_joined.AsMemory(before.Length + 1));
        return _joined.AsMemory(0, before.Length + 1 + line.Length);
    }
}

/// <summary>Walks the lines of one event (WHATWG HTML, section 9.2.6).</summary>
internal ref struct SseLines(ReadOnlySpan<byte> wire, bool isFirstOfStream)
{
    private readonly ReadOnlySpan<byte> _wire = wire;
    private int _at = isFirstOfStream && wire.StartsWith("\ufeff"u8) ? 3 : 0;

    /// <summary>What the current line is.</summary>
    public SseField Field { get; private set; }

    /// <summary>Where the value of the current line begins.</summary>
    public int ValueOffset { get; private set; }

    /// <summary>The length of that value in bytes.</summary>
    public int ValueLength { get; private set; }

    public bool MoveNext()
    {
        if (_at >= _wire.Length)
            return false;
        var rest = _wire[_at..];
        var length = rest.IndexOfAny((byte)'\r', (byte)'\n');
        var line = length < 0 ? rest : rest[..length];
        var colon = line.IndexOf((byte)':');
        var name = colon < 0 ? line : line[..colon];
        Field = name.SequenceEqual("data"u8) ? SseField.Data
            : name.SequenceEqual("event"u8) ? SseField.Event : SseField.Other;
        var skipped = colon < 0 ? line.Length : colon + 1;
        if (skipped < line.Length && line[skipped] == ' ')
            skipped++;
        ValueOffset = _at + skipped;
        ValueLength = line.Length - skipped;
        _at += line.Length;
        if (length >= 0)
            _at += rest[length..].StartsWith("\r\n"u8) ? 2 : 1;
        return true;
    }
}

/// <summary>What a line of an event stream is.</summary>
internal enum SseField
{
    /// <summary>A comment, an empty line, or a field that nobody reads here.</summary>
    Other,
    Data,
    Event,
}

/// <summary>Reads lines of JSON.</summary>
public sealed class NdjsonReader : EventReader
{
    private int _scanned;
    private bool _isFirst = true;

    /// <summary>A reader that refuses lines of more than <paramref name="eventBytesMax"/> bytes.</summary>
    public NdjsonReader(int eventBytesMax = EventBytesMaxDefault)
        : base(eventBytesMax)
    {
    }

    private protected override int FindEnd(ReadOnlySpan<byte> pending, bool finished)
    {
        var found = pending[_scanned..].IndexOf((byte)'\n');
        if (found >= 0)
            return _scanned + found + 1;
        _scanned = pending.Length;
        return -1;
    }

    private protected override StreamEvent Parse(ReadOnlyMemory<byte> wire, bool isPartial)
    {
        var line = wire.Span;
        var start = _isFirst && line.StartsWith("\ufeff"u8) ? 3 : 0;
        _isFirst = false;
        _scanned = 0;
        var length = line[start..].TrimEnd("\r\n \t"u8).Length;
        return new StreamEvent
        {
            Wire = wire,
            Data = wire.Slice(start, length),
            HasData = length > 0,
            IsPartial = isPartial,
            DataOffset = start,
        };
    }
}
