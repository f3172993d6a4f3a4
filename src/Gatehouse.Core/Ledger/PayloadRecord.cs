using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Gatehouse.Core.Ledger;

/// <summary>What a leaf says of a payload.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Class">Which clock decides how long it is kept.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Commitment">Salted commitment; null if it equals an earlier payload of the same entry.</param>
/// <param name="SameAs">That earlier payload.</param>
public sealed record PayloadRecord(
    PayloadKind Kind, RetentionClass Class, long Bytes, Hash256? Commitment, PayloadKind? SameAs);

/// <summary>What a payload is, seen from the gate.</summary>
public enum PayloadKind
{
    /// <summary>The body that the caller sent.</summary>
    Received = 1,

    /// <summary>The body that went to the upstream.</summary>
    Forwarded = 2,

    /// <summary>The body that the upstream answered.</summary>
    Upstream = 3,

    /// <summary>The body that the caller was given.</summary>
    Delivered = 4,

    /// <summary>A document that belongs to an act, such as a configuration file.</summary>
    Document = 5,
}

/// <summary>Which of the clocks under <c>ledger: keep:</c> decides how long something is kept.</summary>
public enum RetentionClass
{
    /// <summary>Raw inputs: what callers sent.</summary>
    Inputs = 1,

    /// <summary>Outputs: what models answered.</summary>
    Outputs = 2,

    /// <summary>Logs: the leaves themselves, and documents of acts.</summary>
    Logs = 3,
}

/// <summary>
/// Until when an entry keeps what: fixed when it is written, so that later settings change nothing in it.
/// </summary>
/// <param name="Logs">The leaf itself.</param>
/// <param name="Inputs">Its payloads of class inputs, if it has any.</param>
/// <param name="Outputs">Its payloads of class outputs, if it has any.</param>
public sealed record KeepUntil(DateTimeOffset Logs, DateTimeOffset? Inputs = null, DateTimeOffset? Outputs = null)
{
    /// <summary>The time for one class; null if the entry has nothing of that class.</summary>
    public DateTimeOffset? For(RetentionClass retention) => retention switch
    {
        RetentionClass.Inputs => Inputs,
        RetentionClass.Outputs => Outputs,
        RetentionClass.Logs => Logs,
        _ => throw new ArgumentOutOfRangeException(nameof(retention), retention, "Not one of the closed set."),
    };
}

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
