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
