using Gatehouse.Core.Syntax;

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
    private const int DepthMax = 4; // Defaults within defaults.

    // Words before an assignment.
    private static readonly string[] Declares = ["export", "local", "declare", "readonly", "typeset"];

    // Words of the shell before a command.
    private static readonly string[] Leads = ["if", "then", "else", "do", "!", "{"];

    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);
    private string? _folder;

    /// <summary>
    /// The command with its script of Python in the folder into which the commands before it went: that folder's name
    /// may be all that tells what it is.
    /// </summary>
    public string[] Placed(string[] words)
    {
        string[] rest = [.. words.SkipWhile(Leads.Contains)];
        if (rest is ["cd", var place, ..])
        {
            var said = ExpandKnown(place).TrimEnd('/');
            _folder = said.StartsWith('.') || said.StartsWith('-') ? null
                : said.StartsWith('/') || _folder is null ? said : $"{_folder}/{said}";
        }
        if (_folder is null) return words;
        var python = Array.FindIndex(words, static word => Packages.IsPython(word[(word.LastIndexOf('/') + 1)..]));
        var script = python < 0 ? -1 : Array.FindIndex(words, python + 1, static word => !word.StartsWith('-'));
        if (script < 0 || !words[script].EndsWith(".py", StringComparison.Ordinal) || words[script][0] is '/' or '$')
            return words;
        string[] placed = [.. words];
        placed[script] = $"{_folder}/{placed[script]}";
        return placed;
    }

    /// <summary>Sets a variable that comes from outside.</summary>
    public void Set(string name, string value)
    {
        if (_values.Count < VariablesMax && value.Length <= ValueMax) _values[name] = value;
    }

    /// <summary>Remembers what a command assigns, where it does nothing else.</summary>
    public void Take(string[] words)
    {
        var rest = words.Length > 1 && Declares.Contains(words[0]) ? words[1..] : words;
        var comment = Array.FindIndex(rest, static word => word.StartsWith('#'));
        if (comment > 0) rest = rest[..comment];
        if (rest is [var word] && word.IndexOf('=', StringComparison.Ordinal) is > 0 and var cut
            && word[..cut].All(static letter => char.IsAsciiLetterOrDigit(letter) || letter == '_'))
        {
            Set(word[..cut], Expand(word[(cut + 1)..]));
        }
    }

    /// <summary>The program whose place a command asks for, as <c>command -v x</c>; null for any other.</summary>
    public static string? LookedUp(IReadOnlyList<string> words)
        => words is ["command", "-v" or "-V", var first, ..] ? first
            : words is ["which" or "type" or "hash", .., var last] ? last : null;

    /// <summary>The word with each variable's value; one that is not known stands for nothing.</summary>
    public string Expand(string word) => Expand(word, keepsUnknown: false, 0);

    /// <summary>The same, with a variable that is not known left as it is written.</summary>
    public string ExpandKnown(string word) => Expand(word, keepsUnknown: true, 0);

    /// <summary>A command whose output is put in, with its brackets; null where none begins.</summary>
    private static string? Inner(string word, int at)
    {
        if (at + 1 >= word.Length || word[at + 1] != '(') return null;
        var depth = 0;
        for (var next = at + 1; next < word.Length; next++)
        {
            if (word[next] == '(') depth++;
            else if (word[next] == ')' && --depth == 0) return word[at..(next + 1)];
        }
        return null;
    }

    /// <summary>The brace that ends the one before; another variable may stand in between.</summary>
    private static int EndOfBrace(string word, int at)
    {
        var depth = 1;
        for (; at < word.Length; at++)
        {
            if (word[at] == '{') depth++;
            else if (word[at] == '}' && --depth == 0) return at;
        }
        return -1;
    }

    private string Expand(string word, bool keepsUnknown, int depth)
    {
        var from = 0;
        for (var times = 0; times < ExpandMax; times++)
        {
            var at = from < word.Length ? word.IndexOf('$', from) : -1;
            if (at < 0) break;
            if (Inner(word, at) is { } inner)
            {
                // Where a program lies stands for the program; what any other command prints is not known.
                var program = LookedUp(ShellWords.Commands(inner[2..^1]) is [var asked, ..] ? asked : []) ?? "";
                if (program.Length == 0 && keepsUnknown)
                {
                    from = at + inner.Length;
                    continue;
                }
                word = $"{word[..at]}{program}{word[(at + inner.Length)..]}";
                from = at + program.Length;
                continue;
            }
            var isBraced = at + 1 < word.Length && word[at + 1] == '{';
            var start = at + (isBraced ? 2 : 1);
            var end = start;
            while (end < word.Length && (char.IsAsciiLetterOrDigit(word[end]) || word[end] == '_')) end++;
            var stop = isBraced ? EndOfBrace(word, end) : end;
            if (end == start || stop < 0) break;
            var other = isBraced && word[end..stop].StartsWith(":-", StringComparison.Ordinal)
                ? word[(end + 2)..stop] : null;
            var after = isBraced ? stop + 1 : end;
            if (!_values.TryGetValue(word[start..end], out var value) && other is null && keepsUnknown)
            {
                from = after;
                continue;
            }
            if (other is not null && string.IsNullOrEmpty(value))
                value = depth < DepthMax ? Expand(other, keepsUnknown: false, depth + 1) : "";
            value ??= "";
            if (value.Contains('$', StringComparison.Ordinal)) value = "";
            word = $"{word[..at]}{value}{word[after..]}";
            from = at + value.Length;
        }
        return word;
    }
}
