using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using Gatehouse.Core.Ledger;

namespace Gatehouse.Storage;

/// <summary>
/// How a payload lies in the database: nonce[12] || AES-256-GCM(salt[32] || bytes) || tag[16]. The key is HKDF of a
/// day key and the entry's id; id, kind and class are bound to it, so that no row can stand in for another.
/// </summary>
internal static class PayloadSeal
{
    // NIST SP 800-38D: 96-bit nonce, 128-bit tag.
    private const int NonceLength = 12;
    private const int TagLength = 16;

    /// <summary>Bytes that sealing adds.</summary>
    public const int Overhead = NonceLength + Commitment.SaltLength + TagLength;

    private const int KeyLength = 32;

    /// <summary>Seals a payload into <paramref name="target"/> and answers its commitment.</summary>
    /// <param name="dayKey">The extracted key of its day of expiry and class.</param>
    /// <param name="id">The entry's id.</param>
    /// <param name="part">The payload.</param>
    /// <param name="target">Room for the bytes and <see cref="Overhead"/>.</param>
    public static Hash256 Close(byte[] dayKey, string id, in PayloadPart part, Span<byte> target)
    {
        RandomPool.Fill(target[..(NonceLength + Commitment.SaltLength)]);
        var salt = target.Slice(NonceLength, Commitment.SaltLength);
        var text = target.Slice(NonceLength, Commitment.SaltLength + part.Length);
        part.Bytes.CopyTo(text[Commitment.SaltLength..]);
        var commitment = Commitment.Compute(part.Kind, salt, text[Commitment.SaltLength..]);
        using var aes = OpenCipher(dayKey, id);
        Span<byte> bound = stackalloc byte[BoundMax];
        aes.Encrypt(
            target[..NonceLength], text, text, target.Slice(NonceLength + text.Length, TagLength),
            Bound(id, part.Kind, part.Class, bound));
        return commitment;
    }

    /// <summary>Opens a sealed payload. Null if it was changed or belongs elsewhere.</summary>
    /// <param name="dayKey">The extracted key of its day of expiry and class.</param>
    /// <param name="id">The entry's id.</param>
    /// <param name="record">What the leaf says of it.</param>
    /// <param name="stored">The sealed bytes.</param>
    public static byte[]? Open(byte[] dayKey, string id, PayloadRecord record, ReadOnlySpan<byte> stored)
    {
        if (stored.Length < Overhead)
            return null;
        var text = new byte[stored.Length - NonceLength - TagLength];
        using var aes = OpenCipher(dayKey, id);
        Span<byte> bound = stackalloc byte[BoundMax];
        try
        {
            aes.Decrypt(
                stored[..NonceLength], stored[NonceLength..^TagLength], stored[^TagLength..], text,
                Bound(id, record.Kind, record.Class, bound));
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }

        var bytes = text.AsSpan(Commitment.SaltLength);
        var commitment = Commitment.Compute(record.Kind, text.AsSpan(0, Commitment.SaltLength), bytes);
        return commitment == record.Commitment && bytes.Length == record.Bytes ? bytes.ToArray() : null;
    }

    /// <summary>
    /// The first half of HKDF (RFC 5869 section 2.2), which is the same for every record of a day key: done once.
    /// </summary>
    public static byte[] Extract(byte[] dayKey) => HKDF.Extract(HashAlgorithmName.SHA256, dayKey, []);

    // The fixed words and an id; ids of entries are far shorter than this.
    private const int BoundMax = 256;

    private static AesGcm OpenCipher(byte[] dayKey, string id)
    {
        Span<byte> info = stackalloc byte[BoundMax];
        var length = Encoding.UTF8.GetBytes("gatehouse/record/v1\0", info);
        length += Encoding.UTF8.GetBytes(id, info[length..]);
        Span<byte> key = stackalloc byte[KeyLength];
        HKDF.Expand(HashAlgorithmName.SHA256, dayKey, key, info[..length]);
        return new AesGcm(key, TagLength);
    }

    private static ReadOnlySpan<byte> Bound(string id, PayloadKind kind, RetentionClass retention, Span<byte> target)
    {
        var length = Encoding.UTF8.GetBytes("gatehouse/sealed/v1\0", target);
        length += Encoding.UTF8.GetBytes(id, target[length..]);
        target[length++] = 0;
        target[length++] = (byte)kind;
        target[length++] = (byte)retention;
        return target[..length];
    }
}
