using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;

namespace Gatehouse.Gate.Identity;

/// <summary>
/// How a token is written: <c>gth_</c>, then 52 lower-case base-32 characters that hold 28 random bytes and a 4-byte
/// CRC-32C of what stands before it. The prefix and the checksum let secret scanners find leaked tokens without false
/// alarms.
/// </summary>
internal static class TokenFormat
{
    public const string Prefix = "gth_";

    /// <summary>The characters of a whole token: the prefix and 32 bytes in base 32.</summary>
    public const int Length = 4 + 52;

    private const int RandomBytes = 28;
    private const int BodyBytes = 32;
    private const string Alphabet = "abcdefghijklmnopqrstuvwxyz234567";

    public static string Create()
    {
        Span<byte> body = stackalloc byte[BodyBytes];
        RandomNumberGenerator.Fill(body[..RandomBytes]);
        BinaryPrimitives.WriteUInt32BigEndian(body[RandomBytes..], Checksum(body));
        return Encode(body);
    }

    /// <summary>Whether the text has the shape of a token, its checksum included: what a scanner can tell.</summary>
    public static bool LooksLikeToken(ReadOnlySpan<char> text)
    {
        Span<byte> body = stackalloc byte[BodyBytes];
        return TryDecode(text, body);
    }

    /// <summary>The text with everything that looks like one of our tokens, or part of one, taken out.</summary>
    public static string Redact(string text)
    {
        if (!text.Contains(Prefix, StringComparison.Ordinal)) return text;
        var clean = new StringBuilder(text.Length);
        for (var at = 0; at < text.Length;)
        {
            var next = text.IndexOf(Prefix, at, StringComparison.Ordinal);
            if (next < 0) return clean.Append(text, at, text.Length - at).ToString();
            clean.Append(text, at, next - at).Append("(a token)");
            at = next + Prefix.Length;
            while (at < text.Length && Alphabet.Contains(text[at], StringComparison.Ordinal)) at++;
        }
        return clean.ToString();
    }

    /// <summary>The only form in which a token is stored.</summary>
    public static TokenHash Hash(ReadOnlySpan<char> token)
    {
        Span<byte> ascii = stackalloc byte[Length];
        if (token.Length != Length || !Encoding.ASCII.TryGetBytes(token, ascii, out _))
            throw new ArgumentException("not a token", nameof(token));
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(ascii, hash);
        return new TokenHash(hash);
    }

    private static uint Checksum(ReadOnlySpan<byte> body)
    {
        var crc = uint.MaxValue;
        foreach (var value in "gth_"u8) crc = BitOperations.Crc32C(crc, value);
        foreach (var value in body[..RandomBytes]) crc = BitOperations.Crc32C(crc, value);
        return ~crc;
    }

    private static string Encode(ReadOnlySpan<byte> body)
    {
        var text = new StringBuilder(Prefix, Length);
        var (bits, held) = (0, 0u);
        foreach (var value in body)
        {
            held = (held << 8) | value;
            for (bits += 8; bits >= 5; bits -= 5) text.Append(Alphabet[(int)(held >> (bits - 5)) & 31]);
        }
        text.Append(Alphabet[(int)(held << (5 - bits)) & 31]);
        return text.ToString();
    }

    private static bool TryDecode(ReadOnlySpan<char> text, Span<byte> body)
    {
        if (text.Length != Length || !text.StartsWith(Prefix, StringComparison.Ordinal)) return false;
        var (bits, held, at) = (0, 0u, 0);
        foreach (var character in text[Prefix.Length..])
        {
            var value = character switch
            {
                >= 'a' and <= 'z' => character - 'a',
                >= '2' and <= '7' => character - '2' + 26,
                _ => -1,
            };
            if (value < 0) return false;
            held = (held << 5) | (uint)value;
            bits += 5;
            if (bits < 8 || at == BodyBytes) continue;
            bits -= 8;
            body[at++] = (byte)(held >> bits);
        }
        // The last character's spare bits are zero, or one token would have several spellings.
        return (held & ((1u << bits) - 1)) == 0
            && BinaryPrimitives.ReadUInt32BigEndian(body[RandomBytes..]) == Checksum(body);
    }
}
