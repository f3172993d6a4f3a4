using System.Globalization;
using System.Text;

namespace Gatehouse.Core.Syntax;

/// <summary>
/// The one splitter of command lines: words, without their quotes. Nothing is expanded and nothing is run.
/// </summary>
internal static class ShellWords
{
    /// <summary>Words of one line of a script; a command line of a person has fewer than a hundred.</summary>
    public const int WordsMax = 400;

    private const int CommandsMax = 60; // Commands of one line.
    private const int DepthMax = 4; // Substitutions within substitutions.
    private const int SettingWordsMax = 4096; // Words of a setting that is one command; units list devices in some.

    /// <summary>
    /// The commands of a line of shell, each with its words; targets of redirections are left out. A command whose
    /// output is put in comes behind the one that uses it.
    /// </summary>
    public static List<string[]> Commands(string line) => new Splitter(line, WordsMax).Commands();

    /// <summary>The words of one command without operators, as Compose splits its settings.</summary>
    public static IReadOnlyList<string> Split(string text)
        => new Splitter(text, SettingWordsMax).Words(char.IsWhiteSpace);

    /// <summary>
    /// The words of a setting of systemd (systemd.syntax(7)): a backslash escapes as in C, also between single quotes.
    /// </summary>
    public static IReadOnlyList<string> SplitUnit(string value)
        => new Splitter(value, SettingWordsMax) { Escape = UnitEscape }.Words(
            static letter => letter is ' ' or '\t' or '\n' or '\r');

    /// <summary>Appends what the escape at this place stands for.</summary>
    /// <returns>The place of its last letter.</returns>
    private static int UnitEscape(string value, int at, StringBuilder word)
    {
        var digits = value[at] switch { 'x' => 2, 'u' => 4, 'U' => 8, _ => 0 };
        if (digits > 0 && at + digits < value.Length
            && uint.TryParse(value.AsSpan(at + 1, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture,
                out var number) && Rune.TryCreate(number, out var rune))
        {
            word.Append(rune.ToString());
            return at + digits;
        }
        word.Append(value[at] switch
        {
            'a' => '\a',
            'b' => '\b',
            'f' => '\f',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'v' => '\v',
            's' => ' ',
            var other => other,
        });
        return at;
    }

    /// <summary>
    /// Goes over a text once. Quotes hold blanks together; one that is not closed counts as closed at the end.
    /// </summary>
    private sealed class Splitter(string text, int wordsMax)
    {
        private readonly List<string[]> _commands = [];
        private readonly List<string[]> _inner = [];
        private readonly List<string> _words = [];
        private readonly StringBuilder _word = new();
        private bool _hasWord, _isTarget;
        private char _quote;
        private int _count;

        // From there on no end of a substitution is looked for: a line is looked through to its end but once.
        private int _open = text.Length;

        /// <summary>In how many substitutions the text is.</summary>
        public int Depth { get; init; }

        /// <summary>
        /// Appends what an escape stands for and returns its last place; without it, the next letter stands for itself,
        /// and a backslash between single quotes for itself.
        /// </summary>
        public Func<string, int, StringBuilder, int>? Escape { get; init; }

        public List<string> Words(Func<char, bool> isBlank)
        {
            for (var at = 0; at < text.Length && _count < wordsMax; at++)
            {
                if (TakeQuoting(ref at)) continue;
                if (_quote == '\0' && isBlank(text[at])) CloseWord();
                else Append(text[at]);
            }
            CloseWord();
            return _words;
        }

        public List<string[]> Commands()
        {
            for (var at = 0; at < text.Length; at++)
            {
                var letter = text[at];
                if (TakeQuoting(ref at) || TakeInner(ref at)) continue;
                if (_quote == '\0' && letter is '<' or '>')
                {
                    // A number before the sign is the descriptor, not a word.
                    _hasWord = _hasWord && !IsNumber();
                    CloseWord();
                    _isTarget = true;
                }
                else if (_quote == '\0' && letter is ' ' or '\t')
                {
                    CloseWord();
                }
                else if (_quote != '\'' && IsBreak(at))
                {
                    CloseCommand();
                }
                else
                {
                    Append(letter);
                }
            }
            CloseCommand();
            return _commands;
        }

        /// <summary>Takes a quote or an escape, if one is at this place.</summary>
        private bool TakeQuoting(ref int at)
        {
            var letter = text[at];
            if (letter == '\\' && at + 1 < text.Length && (Escape is not null || _quote != '\''))
            {
                if (Escape is { } escape) at = escape(text, at + 1, _word);
                else _word.Append(text[++at]);
                return _hasWord = true;
            }
            if (_quote != '\0' ? letter != _quote : letter is not ('"' or '\'')) return false;
            _quote = _quote == '\0' ? letter : '\0';
            return _hasWord = true;
        }

        /// <summary>Takes <c>$( )</c>, if one begins at this place and ends in the text.</summary>
        private bool TakeInner(ref int at)
        {
            if (_quote == '\'' || text[at] != '$' || at >= _open || Depth >= DepthMax) return false;
            var end = EndOfInner(at);
            if (end == 0) return false;
            _inner.AddRange(new Splitter(text[(at + 2)..end], wordsMax) { Depth = Depth + 1 }.Commands()
                .Take(CommandsMax - _inner.Count));
            _word.Append(text, at, end - at + 1);
            _hasWord = true;
            at = end;
            return true;
        }

        /// <summary>Where <c>$( )</c> ends that begins here; 0 where none begins or the text does not end it.</summary>
        private int EndOfInner(int at)
        {
            if (at + 2 >= text.Length || text[at + 1] != '(') return 0;
            var (depth, quote) = (0, '\0');
            for (var next = at + 1; next < text.Length; next++)
            {
                var letter = text[next];
                if (letter == '\\' && quote != '\'') next++;
                else if (quote != '\0') quote = letter == quote ? '\0' : quote;
                else if (letter is '"' or '\'') quote = letter;
                else if (letter == '(') depth++;
                else if (letter == ')' && --depth == 0) return next;
            }
            _open = at;
            return 0;
        }

        private void Append(char letter)
        {
            _word.Append(letter);
            _hasWord = true;
        }

        private void CloseWord()
        {
            if (_hasWord && !_isTarget && _count++ < wordsMax) _words.Add(_word.ToString());
            _isTarget = _isTarget && !_hasWord;
            _word.Clear();
            _hasWord = false;
        }

        private void CloseCommand()
        {
            CloseWord();
            if (_words.Count > 0 && _commands.Count < CommandsMax) _commands.Add([.. _words]);
            _commands.AddRange(_inner.Take(CommandsMax - _commands.Count));
            _inner.Clear();
            _words.Clear();
            _isTarget = false;
        }

        /// <summary>Separators of commands; a command in <c>$( )</c> or backticks counts as one of its own.</summary>
        private bool IsBreak(int at)
        {
            var letter = text[at];
            if (letter == '`' || (letter == '(' && at > 0 && text[at - 1] == '$')) return true;
            if (_quote != '\0') return false;
            return letter is ';' or '|' or '(' or ')' or '\n' or '\r' || (letter == '&' && !_isTarget);
        }

        private bool IsNumber()
        {
            for (var at = 0; at < _word.Length; at++)
            {
                if (!char.IsAsciiDigit(_word[at])) return false;
            }
            return _word.Length > 0;
        }
    }
}
