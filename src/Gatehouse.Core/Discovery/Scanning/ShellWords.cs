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
