using System.Globalization;

namespace Gatehouse.Core.Guards;

/// <summary>
/// The check digits of numbers that people are known by. Each takes the characters without separators.
/// </summary>
internal static class Checksums
{
    private static readonly byte[][] Turns =
    [
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 5, 7, 6, 2, 8, 3, 0, 9, 4], [5, 8, 0, 3, 7, 9, 6, 1, 4, 2],
        [8, 9, 1, 6, 0, 4, 3, 5, 2, 7], [9, 4, 5, 3, 1, 2, 6, 8, 7, 0], [4, 2, 8, 6, 5, 7, 3, 9, 0, 1],
        [2, 7, 9, 3, 8, 0, 6, 4, 1, 5], [7, 0, 4, 6, 9, 1, 3, 2, 5, 8],
    ];

    /// <summary>Payment cards, and much else: every second digit doubled.</summary>
    public static bool Luhn(ReadOnlySpan<char> digits)
    {
        var sum = 0;
        for (var i = 0; i < digits.Length; i++)
        {
            var digit = digits[^(i + 1)] - '0';
            sum += i % 2 == 0 ? digit : digit > 4 ? 2 * digit - 9 : 2 * digit;
        }

        return sum % 10 == 0;
    }

    /// <summary>The check of dihedral group D5.</summary>
    public static bool Verhoeff(ReadOnlySpan<char> digits)
    {
        var sum = 0;
        for (var i = 0; i < digits.Length; i++)
            sum = Dihedral(sum, Turns[i % 8][digits[^(i + 1)] - '0']);
        return sum == 0;
    }

    /// <summary>The remainder of the weighted sum of the first digits.</summary>
    public static int Weighted(ReadOnlySpan<char> digits, ReadOnlySpan<byte> weights, int modulus)
    {
        var sum = 0;
        for (var i = 0; i < weights.Length; i++)
            sum += (digits[i] - '0') * weights[i];
        return sum % modulus;
    }

    /// <summary>What the number leaves when divided; a letter counts as two digits, from A = 10.</summary>
    public static int Remainder(ReadOnlySpan<char> characters, int divisor)
    {
        var rest = 0;
        foreach (var c in characters)
            rest = char.IsAsciiDigit(c) ? (rest * 10 + c - '0') % divisor : (rest * 100 + c - 'A' + 10) % divisor;
        return rest;
    }

    /// <summary>ISO 7064 mod 11,10.</summary>
    public static bool Iso7064(ReadOnlySpan<char> digits)
    {
        var product = 10;
        foreach (var c in digits[..^1])
        {
            var sum = (c - '0' + product) % 10;
            product = (sum == 0 ? 10 : sum) * 2 % 11;
        }

        return (11 - product) % 10 == digits[^1] - '0';
    }

    /// <summary>ICAO 9303: weights 7, 3, 1; letters from A = 10.</summary>
    public static bool Travel(ReadOnlySpan<char> characters)
    {
        var sum = 0;
        for (var i = 0; i < characters.Length - 1; i++)
            sum += Value(characters[i]) * (i % 3 == 0 ? 7 : i % 3 == 1 ? 3 : 1);
        return sum % 10 == characters[^1] - '0';
    }

    /// <summary>The sum of the digits of each product; a letter counts as two digits, A = 01 (Germany).</summary>
    public static bool CrossSums(ReadOnlySpan<char> characters, ReadOnlySpan<byte> weights)
    {
        var (sum, i) = (0, 0);
        foreach (var c in characters[..^1])
        {
            if (char.IsAsciiDigit(c))
            {
                Add(c - '0', weights[i++]);
            }
            else
            {
                Add((c - 'A' + 1) / 10, weights[i++]);
                Add((c - 'A' + 1) % 10, weights[i++]);
            }
        }

        return sum % 10 == characters[^1] - '0';

        void Add(int digit, int weight) => sum += digit * weight / 10 + digit * weight % 10;
    }

    /// <summary>Whether two digits each are a day and a month.</summary>
    public static bool IsDay(int day, int month) =>
        month is >= 1 and <= 12 && day >= 1 && day <= (month == 2 ? 29 : month is 4 or 6 or 9 or 11 ? 30 : 31);

    /// <summary>The number that some of the digits are.</summary>
    public static int Part(ReadOnlySpan<char> digits, int start, int length) =>
        int.Parse(digits.Slice(start, length), NumberStyles.None, CultureInfo.InvariantCulture);

    /// <summary>Whether the number is one digit, over and over.</summary>
    public static bool IsOneDigit(ReadOnlySpan<char> digits) => digits.IndexOfAnyExcept(digits[0]) < 0;

    private static int Value(char c) => char.IsAsciiDigit(c) ? c - '0' : c - 'A' + 10;

    private static int Dihedral(int a, int b) => (a, b) switch
    {
        ( < 5, < 5) => (a + b) % 5,
        ( < 5, _) => (a + b - 5) % 5 + 5,
        (_, < 5) => (a - 5 - b + 5) % 5 + 5,
        _ => (a - b + 5) % 5,
    };
}
