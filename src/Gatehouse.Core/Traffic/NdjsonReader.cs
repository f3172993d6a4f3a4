namespace Gatehouse.Core.Traffic;

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
