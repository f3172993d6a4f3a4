using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Gatehouse.Core.Systemd;

/// <summary>Splits the value of a setting into words, as systemd.syntax(7) describes it.</summary>
public static class UnitText
{
    private const int WordsMax = 4096; // Words of one value; a command line of a person has fewer than a hundred.

    /// <summary>
    /// The words of a value. Blanks separate them, quotes hold blanks together, a backslash escapes as in C. An end
    /// that is missing is taken as if it stood at the end of the text.
    /// </summary>
    /// <param name="value">The value.</param>
    public static ImmutableArray<string> Words(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        var words = ImmutableArray.CreateBuilder<string>();
        var word = new StringBuilder();
        var (isOpen, quote) = (false, '\0');
        for (var at = 0; at < value.Length && words.Count < WordsMax; at++)
        {
            var letter = value[at];
            if (letter == '\\' && at + 1 < value.Length)
            {
                at = Escape(value, at + 1, word);
                isOpen = true;
            }
            else if (quote != '\0' ? letter == quote : letter is '"' or '\'')
            {
                (quote, isOpen) = (quote == '\0' ? letter : '\0', true);
            }
            else if (quote == '\0' && letter is ' ' or '\t' or '\n' or '\r')
            {
                Close(words, word, ref isOpen);
            }
            else
            {
                word.Append(letter);
                isOpen = true;
            }
        }
        Close(words, word, ref isOpen);
        return words.ToImmutable();
    }

    private static void Close(ImmutableArray<string>.Builder words, StringBuilder word, ref bool isOpen)
    {
        if (isOpen)
            words.Add(word.ToString());
        word.Clear();
        isOpen = false;
    }

    /// <summary>Appends what the escape at this place stands for.</summary>
    /// <returns>The place of its last letter.</returns>
    private static int Escape(string value, int at, StringBuilder word)
    {
        var digits = value[at] switch { 'x' => 2, 'u' => 4, 'U' => 8, _ => 0 };
        if (digits > 0 && at + digits < value.Length && TryHex(value.AsSpan(at + 1, digits), out var rune))
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

    private static bool TryHex(ReadOnlySpan<char> digits, out Rune rune)
    {
        rune = default;
        return uint.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number)
            && Rune.TryCreate(number, out rune);
    }
}
