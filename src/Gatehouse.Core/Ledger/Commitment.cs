using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Gatehouse.Core.Ledger;

/// <summary>
/// A salted commitment to a payload: SHA-256("gatehouse/payload/v1" 00 kind 00 salt[32] u64be(length) payload).
/// Without the salt a short prompt could be guessed from a hash that outlives it.
/// </summary>
public static class Commitment
{
    /// <summary>Length of the salt in bytes.</summary>
    public const int SaltLength = 32;

    // Kept for each thread: setting up a hash costs more than hashing a short prompt.
    [ThreadStatic]
    private static IncrementalHash? s_hash;

    /// <summary>Computes the commitment.</summary>
    /// <param name="kind">What the payload is.</param>
    /// <param name="salt">32 random bytes, kept with the payload and purged with it.</param>
    /// <param name="payload">The payload.</param>
    public static Hash256 Compute(PayloadKind kind, ReadOnlySpan<byte> salt, ReadOnlySpan<byte> payload)
    {
        if (salt.Length != SaltLength)
            throw new ArgumentException($"A salt has {SaltLength} bytes.", nameof(salt));
        Span<byte> head = stackalloc byte[128];
        var length = Encoding.ASCII.GetBytes("gatehouse/payload/v1\0", head);
        length += Encoding.ASCII.GetBytes(kind.Word(), head[length..]);
        head[length++] = 0;
        salt.CopyTo(head[length..]);
        length += SaltLength;
        BinaryPrimitives.WriteInt64BigEndian(head[length..], payload.Length);
        length += sizeof(long);

        Span<byte> digest = stackalloc byte[Hash256.Length];
        var hash = s_hash ??= IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(head[..length]);
        hash.AppendData(payload);
        hash.GetHashAndReset(digest);
        return new Hash256(digest);
    }
}
