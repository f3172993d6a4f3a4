using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Gatehouse.Core.Ledger;

/// <summary>A text with signatures, in the format of C2SP signed-note.</summary>
/// <param name="Text">What is signed: ends with a line feed, holds no other control characters.</param>
/// <param name="Signatures">The signature lines in order.</param>
public sealed record SignedNote(string Text, IReadOnlyList<NoteSignature> Signatures)
{
    /// <summary>Largest note that is read, in characters: far above a checkpoint with every witness.</summary>
    public const int LengthMax = 65_536;

    // C2SP signed-note: verifiers accept at least 16 signatures.
    private const int SignaturesMax = 64;

    // U+2014 and a space start each signature line.
    private const string LineStart = "\u2014 ";

    /// <summary>Signs <paramref name="text"/> with one key.</summary>
    /// <exception cref="ArgumentException">The text cannot be the text of a note.</exception>
    public static SignedNote Sign(string text, VerifierKey key, NoteSign sign)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(sign);
        if (!IsText(text))
        {
            throw new ArgumentException(
                "A note's text ends with a line feed and holds no control characters.", nameof(text));
        }

        return new SignedNote(text, [new NoteSignature(key.Name, key.KeyId, sign(Encoding.UTF8.GetBytes(text)))]);
    }

    /// <summary>The note as written to a file: text, blank line, signature lines.</summary>
    public override string ToString()
    {
        var note = new StringBuilder(Text).Append('\n');
        Span<byte> id = stackalloc byte[4];
        foreach (var signature in Signatures)
        {
            BinaryPrimitives.WriteUInt32BigEndian(id, signature.KeyId);
            note.Append(LineStart).Append(signature.Name).Append(' ')
                .Append(Convert.ToBase64String([.. id, .. signature.Signature.Span])).Append('\n');
        }

        return note.ToString();
    }

    /// <summary>Reads a note without checking its signatures. False if it is malformed.</summary>
    public static bool TryParse(string note, out SignedNote parsed)
    {
        parsed = null!;
        ArgumentNullException.ThrowIfNull(note);
        var split = note.Length > LengthMax ? -1 : note.LastIndexOf("\n\n", StringComparison.Ordinal);
        if (split < 0 || !IsText(note[..(split + 1)]) || !IsText(note[(split + 2)..]))
            return false;
        var signatures = new List<NoteSignature>();
        foreach (var line in note[(split + 2)..^1].Split('\n'))
        {
            if (signatures.Count == SignaturesMax || ParseLine(line) is not { } signature)
                return false;
            signatures.Add(signature);
        }

        parsed = new SignedNote(note[..(split + 1)], signatures);
        return true;
    }

    /// <summary>
    /// True if the key signed this note: at least one line carries its name and id, and every such line is good.
    /// Lines of other keys are ignored.
    /// </summary>
    public bool IsSignedBy(VerifierKey key, NoteVerify verify)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(verify);
        var message = Encoding.UTF8.GetBytes(Text);
        var found = false;
        foreach (var signature in Signatures)
        {
            if (signature.KeyId != key.KeyId || signature.Name != key.Name)
                continue;
            if (!verify(key.PublicKey.ToArray(), message, signature.Signature.ToArray()))
                return false;
            found = true;
        }

        return found;
    }

    private static NoteSignature? ParseLine(string line)
    {
        var space = line.LastIndexOf(' ');
        if (!line.StartsWith(LineStart, StringComparison.Ordinal) || space <= LineStart.Length)
            return null;
        var name = line[LineStart.Length..space];
        var encoded = line[(space + 1)..];
        var bytes = new byte[encoded.Length];
        if (!VerifierKey.IsName(name) || !Convert.TryFromBase64String(encoded, bytes, out var written) || written <= 4)
            return null;
        // Only one spelling of the same bytes is accepted, so that a changed character never goes unseen.
        if (Convert.ToBase64String(bytes, 0, written) != encoded)
            return null;
        return new NoteSignature(name, BinaryPrimitives.ReadUInt32BigEndian(bytes), bytes.AsMemory(4, written - 4));
    }

    private static bool IsText(string text)
    {
        if (text.Length == 0 || text[^1] != '\n')
            return false;
        foreach (var c in text)
        {
            if ((c < ' ' && c != '\n') || c == '\uFFFD')
                return false;
        }

        return true;
    }
}

/// <summary>Signs <paramref name="message"/> with a key that the caller keeps; 64 bytes for Ed25519.</summary>
/// <param name="message">The bytes to sign.</param>
/// <returns>The raw signature.</returns>
public delegate byte[] NoteSign(byte[] message);

/// <summary>One signature line of a signed note.</summary>
/// <param name="Name">Key name.</param>
/// <param name="KeyId">First four bytes of the key's hash, big-endian.</param>
/// <param name="Signature">The bytes after the key id.</param>
public sealed record NoteSignature(string Name, uint KeyId, ReadOnlyMemory<byte> Signature);

/// <summary>Checks an Ed25519 signature (RFC 8032). Must answer false, not throw, for malformed input.</summary>
/// <param name="publicKey">The 32-byte public key.</param>
/// <param name="message">The bytes that were signed.</param>
/// <param name="signature">The raw signature.</param>
/// <returns>True if the signature is good.</returns>
public delegate bool NoteVerify(byte[] publicKey, byte[] message, byte[] signature);

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
