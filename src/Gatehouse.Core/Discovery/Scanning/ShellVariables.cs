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

/// <summary>What a script of the shell keeps in its variables, put in where its commands name them.</summary>
internal sealed class ShellVariables
{
    private const int VariablesMax = 500; // Of one script; people write a handful.
    private const int ExpandMax = 8; // Variables in one word.
    private const int ValueMax = 4096; // Letters of a value, as the kernel bounds a path.

    // Words before an assignment.
    private static readonly string[] Declares = ["export", "local", "declare", "readonly", "typeset"];

    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    /// <summary>Sets a variable that comes from outside.</summary>
    public void Set(string name, string value)
    {
        if (_values.Count < VariablesMax && value.Length <= ValueMax) _values[name] = value;
    }

    /// <summary>Remembers what a command assigns, where it does nothing else.</summary>
    public void Take(string[] words)
    {
        var rest = words.Length > 1 && Declares.Contains(words[0]) ? words[1..] : words;
        if (rest is [var word] && word.IndexOf('=', StringComparison.Ordinal) is > 0 and var cut
            && word[..cut].All(static letter => char.IsAsciiLetterOrDigit(letter) || letter == '_'))
        {
            Set(word[..cut], Expand(word[(cut + 1)..]));
        }
    }

    /// <summary>The word with each variable's value; one that is not known stands for nothing.</summary>
    public string Expand(string word) => Expand(word, keepsUnknown: false);

    /// <summary>The same, with a variable that is not known left as it is written.</summary>
    public string ExpandKnown(string word) => Expand(word, keepsUnknown: true);

    private string Expand(string word, bool keepsUnknown)
    {
        var from = 0;
        for (var times = 0; times < ExpandMax; times++)
        {
            var at = from < word.Length ? word.IndexOf('$', from) : -1;
            if (at < 0) break;
            var isBraced = at + 1 < word.Length && word[at + 1] == '{';
            var start = at + (isBraced ? 2 : 1);
            var end = start;
            while (end < word.Length && (char.IsAsciiLetterOrDigit(word[end]) || word[end] == '_')) end++;
            var stop = isBraced ? word.IndexOf('}', end) : end;
            if (end == start || stop < 0) break;
            var other = isBraced && word[end..stop].StartsWith(":-", StringComparison.Ordinal)
                ? word[(end + 2)..stop] : null;
            var after = isBraced ? stop + 1 : end;
            if (!_values.TryGetValue(word[start..end], out var value) && other is null && keepsUnknown)
            {
                from = after;
                continue;
            }
            value ??= other ?? "";
            if (value.Contains('$', StringComparison.Ordinal)) value = "";
            word = $"{word[..at]}{value}{word[after..]}";
            from = at + value.Length;
        }
        return word;
    }
}
