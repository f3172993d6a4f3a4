namespace Gatehouse.Core.Discovery.Scanning;

/// <summary>The words of a line: runs of letters, digits and underscores.</summary>
internal ref struct WordSplit(ReadOnlySpan<char> line)
{
    private ReadOnlySpan<char> _rest = line;

    public ReadOnlySpan<char> Current { get; private set; }

    public readonly WordSplit GetEnumerator() => this;

    public bool MoveNext()
    {
        var start = 0;
        while (start < _rest.Length && !IsLetter(_rest[start]))
            start++;
        var end = start;
        while (end < _rest.Length && IsLetter(_rest[end]))
            end++;
        Current = _rest[start..end];
        _rest = _rest[end..];
        return Current.Length > 0;
    }

    private static bool IsLetter(char letter) => char.IsAsciiLetterOrDigit(letter) || letter == '_';
}
