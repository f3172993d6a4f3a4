using System.Buffers.Binary;
using System.Buffers.Text;
using System.Numerics;

namespace Gatehouse.Core.Guards;

/// <summary>Tells what chance wrote from what people write: names, words, placeholders.</summary>
internal static class SecretChecks
{
    // What stands where a credential will be filled in.
    private static readonly string[] Placeholders =
    [
        "example", "changeme", "change_me", "change-me", "placeholder", "your", "xxxxx", "*****", ".....", "redacted",
        "replace", "insert", "dummy", "sample", "todo", "fixme", "secret_here", "token_here", "key_here", "goes_here",
        "put_", "enter_", "undefined", "12345678901234567890", "not-a-", "#####", "-----",
    ];

    // Values that everybody has, and words that stand for one.
    private static readonly HashSet<string> Words = new(
        ["password", "passwd", "pass", "pwd", "secret", "token", "key", "user", "username", "test", "yyy", "null",
            "none",
            "true", "false", "nil", "empty", "string", "value", "foo", "bar", "xxx", "yes", "required", "optional",
            "default", "hidden", "private", "public", "apikey", "api_key", "password1", "passwort", "contraseña",
            "mot_de_passe", "hostname", "db_password", "mypassword", "userpass", "credentials", "pw"],
        StringComparer.OrdinalIgnoreCase);

    /// <summary>Shannon's entropy of the characters, in bits.</summary>
    public static double Entropy(ReadOnlySpan<char> text)
    {
        Span<int> counts = stackalloc int[128];
        counts.Clear();
        foreach (var character in text)
            counts[character & 127]++;
        var sum = 0.0;
        foreach (var count in counts)
        {
            if (count > 1)
                sum += count * Math.Log2(count);
        }

        return text.IsEmpty ? 0 : Math.Log2(text.Length) - sum / text.Length;
    }

    /// <summary>Whether it stands for a credential instead of being one.</summary>
    public static bool IsPlaceholder(ReadOnlySpan<char> value)
    {
        if (Words.GetAlternateLookup<ReadOnlySpan<char>>().Contains(value) || value.IndexOfAny("$<{…") >= 0
            && (value.Contains("${", StringComparison.Ordinal) || value.Contains("$(", StringComparison.Ordinal)
                || value.Contains("{{", StringComparison.Ordinal) || value[0] is '$' or '<' or '{' or '…'))
        {
            return true;
        }

        // In a long random value any short word may stand by chance.
        foreach (var word in Placeholders)
        {
            if (value.Length < 10 * word.Length && value.Contains(word, StringComparison.OrdinalIgnoreCase))
                return true;
        }

        // Chance does not write the alphabet, nor one digit ten times.
        for (var (i, same) = (1, 1); i < value.Length; i++)
        {
            same = value[i] == value[i - 1] && char.IsAsciiDigit(value[i]) ? same + 1 : 1;
            if (same == 10)
                return true;
        }

        return value.Contains("abcdefghijklmnop", StringComparison.Ordinal)
            || value.Contains("ABCDEFGHIJKLMNOP", StringComparison.Ordinal);
    }

    /// <summary>
    /// Whether chance wrote it: letters and digits take turns more often than in names, versions and dates.
    /// </summary>
    public static bool IsRandom(ReadOnlySpan<char> value)
    {
        var (digits, letters, turns, cases, hex) = (0, 0, 0, 0, 0);
        for (var i = 0; i < value.Length; i++)
        {
            var now = value[i];
            digits += char.IsAsciiDigit(now) ? 1 : 0;
            letters += char.IsAsciiLetter(now) ? 1 : 0;
            hex += char.IsAsciiHexDigit(now) || now == '-' ? 1 : 0;
            if (i == 0)
                continue;
            var before = value[i - 1];
            if (char.IsAsciiDigit(now) && char.IsAsciiLetter(before)
                || char.IsAsciiLetter(now) && char.IsAsciiDigit(before))
            {
                turns++;
            }

            if (char.IsAsciiLetterLower(now) && char.IsAsciiLetterUpper(before)
                || char.IsAsciiLetterUpper(now) && char.IsAsciiLetterLower(before))
            {
                cases++;
            }
        }

        if (digits == 0 || letters == 0)
            return letters == value.Length && value.Length >= 20 && cases * 3 >= value.Length && Entropy(value) > 3.5;
        var entropy = Entropy(value);
        if (hex == value.Length)
            return value.Length >= 16 && entropy >= 2.7 && turns * 8 >= value.Length;
        return entropy >= Math.Min(3.2, Math.Log2(value.Length) - 0.6) && (turns * 6 + cases * 3 >= value.Length);
    }

    /// <summary>Whether a password is more than a word: what else does one look like?</summary>
    public static bool IsPassword(ReadOnlySpan<char> value)
    {
        var (letters, others) = (0, 0);
        foreach (var character in value)
        {
            letters += char.IsLetter(character) ? 1 : 0;
            others += char.IsAsciiDigit(character) || "!@#$%^&*+?~=".Contains(character) ? 1 : 0;
        }

        return value.Length >= 5 && letters > 0 && others > 0 && Entropy(value) >= 2;
    }

    /// <summary>Whether it is base 64 of a name, a colon and a password, as Basic authorization has it.</summary>
    public static bool IsBasic(ReadOnlySpan<char> value)
    {
        Span<byte> bytes = stackalloc byte[1_024];
        var end = value.TrimEnd('=').Length & ~3;
        return value.Length >= 8 && end <= 1_024 && Convert.TryFromBase64Chars(value[..end], bytes, out var count)
            && (bytes[..count].Contains((byte)':')
                || Base64.IsValid(value) && Convert.TryFromBase64Chars(value, bytes, out count)
                && bytes[..count].Contains((byte)':'));
    }

    /// <summary>Whether the checksum in one of Gatehouse's own tokens is right: CRC-32C of what is before it.</summary>
    public static bool IsGatehouseToken(ReadOnlySpan<char> token)
    {
        Span<byte> body = stackalloc byte[32];
        var (bits, held, at) = (0, 0u, 0);
        foreach (var character in token["gth_".Length..])
        {
            held = (held << 5) | (uint)(character <= '9' ? character - '2' + 26 : character - 'a');
            bits += 5;
            if (bits < 8 || at == body.Length)
                continue;
            bits -= 8;
            body[at++] = (byte)(held >> bits);
        }

        return BinaryPrimitives.ReadUInt32BigEndian(body[28..]) == Checksum(body[..28]);
    }

    /// <summary>A token with the right checksum that no gate gave to anybody.</summary>
    public static string InventToken()
    {
        Span<byte> body = stackalloc byte[32];
        for (var i = 0; i < 28; i++)
            body[i] = (byte)(i * 151 + 7);
        BinaryPrimitives.WriteUInt32BigEndian(body[28..], Checksum(body[..28]));
        var (text, bits, held) = (new System.Text.StringBuilder("gth_"), 0, 0u);
        foreach (var value in body)
        {
            held = (held << 8) | value;
            for (bits += 8; bits >= 5; bits -= 5)
                text.Append("abcdefghijklmnopqrstuvwxyz234567"[(int)(held >> (bits - 5)) & 31]);
        }

        return text.Append("abcdefghijklmnopqrstuvwxyz234567"[(int)(held << (5 - bits)) & 31]).ToString();
    }

    /// <summary>What the last four bytes of a token are for these.</summary>
    public static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in "gth_"u8)
            crc = BitOperations.Crc32C(crc, value);
        foreach (var value in bytes)
            crc = BitOperations.Crc32C(crc, value);
        return ~crc;
    }
}
