using System.Text;

namespace Gatehouse.Core.Discovery.Scanning;

/// <summary>Takes a line of shell apart into simple commands: words, without quotes. Nothing is expanded.</summary>
internal static class ShellWords
{
    public const int WordsMax = 400; // Words of one line.
    private const int CommandsMax = 60; // Commands of one line.
    private const int DepthMax = 4; // Substitutions within substitutions.

    /// <summary>
    /// The commands of a line, each with its words; targets of redirections are left out. A command whose output is put
    /// in comes behind the one that uses it.
    /// </summary>
    public static List<string[]> Commands(string line) => Commands(line, 0);

    private static List<string[]> Commands(string line, int depth)
    {
        var commands = new List<string[]>();
        var inner = new List<string[]>();
        var words = new List<string>();
        var word = new StringBuilder();
        var (hasWord, quote, isTarget, count) = (false, '\0', false, 0);
        var open = line.Length; // From there on none is tried: a line is looked through to its end but once.
        void Close()
        {
            if (hasWord && !isTarget && count++ < WordsMax)
                words.Add(word.ToString());
            isTarget = isTarget && !hasWord;
            word.Clear();
            hasWord = false;
        }
        void End()
        {
            Close();
            if (words.Count > 0 && commands.Count < CommandsMax)
                commands.Add([.. words]);
            commands.AddRange(inner.Take(CommandsMax - commands.Count));
            inner.Clear();
            words.Clear();
            isTarget = false;
        }
        for (var at = 0; at < line.Length; at++)
        {
            var letter = line[at];
            if (letter == '\\' && quote != '\'' && at + 1 < line.Length)
            {
                word.Append(line[++at]);
                hasWord = true;
            }
            else if (quote != '\0' ? letter == quote : letter is '"' or '\'')
            {
                (quote, hasWord) = (quote == '\0' ? letter : '\0', true);
            }
            else if (quote != '\'' && letter == '$' && at < open && depth < DepthMax
                && EndOfInner(line, at, ref open) is > 0 and var end)
            {
                inner.AddRange(Commands(line[(at + 2)..end], depth + 1).Take(CommandsMax - inner.Count));
                word.Append(line, at, end - at + 1);
                hasWord = true;
                at = end;
            }
            else if (quote == '\0' && letter is '<' or '>')
            {
                // A number before the sign is the descriptor, not a word.
                hasWord = hasWord && !IsNumber(word);
                Close();
                isTarget = true;
            }
            else if (quote == '\0' && letter is ' ' or '\t')
            {
                Close();
            }
            else if (quote != '\'' && IsBreak(line, at, quote, isTarget))
            {
                End();
            }
            else
            {
                word.Append(letter);
                hasWord = true;
            }
        }
        End();
        return commands;
    }

    /// <summary>Where <c>$( )</c> ends that begins here; 0 where none begins or the line does not end it.</summary>
    private static int EndOfInner(string line, int at, ref int open)
    {
        if (at + 2 >= line.Length || line[at + 1] != '(') return 0;
        var (depth, quote) = (0, '\0');
        for (var next = at + 1; next < line.Length; next++)
        {
            var letter = line[next];
            if (letter == '\\' && quote != '\'') next++;
            else if (quote != '\0') quote = letter == quote ? '\0' : quote;
            else if (letter is '"' or '\'') quote = letter;
            else if (letter == '(') depth++;
            else if (letter == ')' && --depth == 0) return next;
        }
        open = at;
        return 0;
    }

    /// <summary>Separators of commands; a command in <c>$( )</c> or backticks counts as one of its own.</summary>
    private static bool IsBreak(string line, int at, char quote, bool isTarget)
    {
        var letter = line[at];
        if (letter == '`' || (letter == '(' && at > 0 && line[at - 1] == '$'))
            return true;
        if (quote != '\0')
            return false;
        return letter is ';' or '|' or '(' or ')' or '\n' or '\r' || (letter == '&' && !isTarget);
    }

    private static bool IsNumber(StringBuilder word)
    {
        for (var at = 0; at < word.Length; at++)
        {
            if (!char.IsAsciiDigit(word[at]))
                return false;
        }
        return word.Length > 0;
    }
}

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
