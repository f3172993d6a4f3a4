using System.Text;

namespace Gatehouse.Core.Discovery.Scanning;

/// <summary>Takes a line of shell apart into simple commands: words, without quotes. Nothing is expanded.</summary>
internal static class ShellWords
{
    public const int WordsMax = 400; // Words of one line.
    private const int CommandsMax = 60; // Commands of one line.

    /// <summary>The commands of a line, each with its words; targets of redirections are left out.</summary>
    public static List<string[]> Commands(string line)
    {
        var commands = new List<string[]>();
        var words = new List<string>();
        var word = new StringBuilder();
        var (hasWord, quote, isTarget, count) = (false, '\0', false, 0);
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
