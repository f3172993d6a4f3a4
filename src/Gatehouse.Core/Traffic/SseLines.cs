namespace Gatehouse.Core.Traffic;

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
