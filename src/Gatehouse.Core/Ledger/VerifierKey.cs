using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Gatehouse.Core.Ledger;

/// <summary>An Ed25519 public key with its name, in the text form of C2SP signed-note ("vkey").</summary>
/// <param name="Name">Key name: not empty, without spaces and without <c>+</c>.</param>
/// <param name="PublicKey">The 32-byte Ed25519 public key.</param>
public sealed record VerifierKey(string Name, ReadOnlyMemory<byte> PublicKey)
{
    // C2SP signed-note: signature type 0x01 is Ed25519 over the note's text.
    private const byte Ed25519Type = 0x01;

    // RFC 8032 section 5.1.5.
    private const int PublicKeyBytes = 32;

    /// <summary>SHA-256(name || LF || type || key), first four bytes, big-endian.</summary>
    public uint KeyId { get; } = ComputeKeyId(Name, PublicKey.Span);

    /// <summary>The text form: <c>name+hex(id)+base64(type || key)</c>.</summary>
    public override string ToString() =>
        $"{Name}+{KeyId:x8}+{Convert.ToBase64String([Ed25519Type, .. PublicKey.Span])}";

    /// <summary>Reads the text form. False if it is malformed, of another type, or its id does not fit.</summary>
    public static bool TryParse(string text, out VerifierKey key)
    {
        key = null!;
        ArgumentNullException.ThrowIfNull(text);
        // Base64 may hold more plus signs, so only the first two separate.
        var first = text.IndexOf('+', StringComparison.Ordinal);
        var second = first < 0 ? -1 : text.IndexOf('+', first + 1);
        if (second != first + 9 || !IsName(text.AsSpan(0, first)))
            return false;
        Span<byte> data = stackalloc byte[PublicKeyBytes + 1];
        if (!Convert.TryFromBase64Chars(text.AsSpan(second + 1), data, out var written)
            || written != data.Length || data[0] != Ed25519Type)
        {
            return false;
        }

        var candidate = new VerifierKey(text[..first], data[1..].ToArray());
        if (!uint.TryParse(text.AsSpan(first + 1, 8), NumberStyles.AllowHexSpecifier, null, out var id)
            || id != candidate.KeyId)
        {
            return false;
        }

        key = candidate;
        return true;
    }

    /// <summary>True if <paramref name="name"/> may name a key.</summary>
    internal static bool IsName(ReadOnlySpan<char> name)
    {
        foreach (var c in name)
        {
            if (c == '+' || char.IsWhiteSpace(c) || char.IsControl(c))
                return false;
        }

        return name.Length > 0;
    }

    private static uint ComputeKeyId(string name, ReadOnlySpan<byte> publicKey)
    {
        if (!IsName(name))
            throw new ArgumentException("A key name is not empty and holds no spaces and no '+'.", nameof(name));
        if (publicKey.Length != PublicKeyBytes)
            throw new ArgumentException($"An Ed25519 key has {PublicKeyBytes} bytes.", nameof(publicKey));
        byte[] input = [.. Encoding.UTF8.GetBytes(name), (byte)'\n', Ed25519Type, .. publicKey];
        return BinaryPrimitives.ReadUInt32BigEndian(SHA256.HashData(input));
    }
}
