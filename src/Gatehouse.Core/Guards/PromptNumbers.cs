using System.Globalization;

namespace Gatehouse.Core.Guards;

/// <summary>The numbers of a prompt: an answer that repeats one claims nothing new.</summary>
public static class PromptNumbers
{
    /// <summary>Collects them, as digits without separators of thousands.</summary>
    /// <param name="texts">The texts of the prompt.</param>
    public static IReadOnlySet<string> Of(IEnumerable<string> texts)
    {
        var numbers = new HashSet<string>(StringComparer.Ordinal);
        foreach (var text in texts)
        {
            for (var at = 0; at < text.Length; at++)
            {
                if (!char.IsAsciiDigit(text[at]))
                    continue;
                var end = End(text, at);
                numbers.Add(Normal(text.AsSpan(at, end - at)));
                at = end;
            }
        }

        return numbers;
    }

    /// <summary>The character after the number that begins here: digits, with a full stop or a comma within.</summary>
    internal static int End(ReadOnlySpan<char> text, int at)
    {
        while (at < text.Length && (char.IsAsciiDigit(text[at])
            || text[at] is ',' or '.' && at + 1 < text.Length && char.IsAsciiDigit(text[at + 1])))
        {
            at++;
        }

        return at;
    }

    /// <summary>The number as it is compared: <c>1,250.50</c> is <c>1250.5</c>.</summary>
    internal static string Normal(ReadOnlySpan<char> number)
    {
        Span<char> digits = stackalloc char[Math.Min(number.Length, 64)];
        var count = 0;
        for (var i = 0; i < digits.Length; i++)
        {
            // A comma before three digits parts thousands; before others it is a decimal sign.
            if (number[i] == ',' && (i + 4 == number.Length || i + 4 < number.Length && number[i + 4] is ',' or '.'))
                continue;
            digits[count++] = number[i] == ',' ? '.' : number[i];
        }

        return decimal.TryParse(digits[..count], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture,
            out var value)
            ? value.ToString("0.############", CultureInfo.InvariantCulture) : new string(digits[..count]);
    }
}
