using System.Buffers;
using Gatehouse.Core.Ledger;
using Gatehouse.Linux;

namespace Gatehouse.Storage;

/// <summary>Something to append: an entry, its payloads, and a change that goes with it.</summary>
internal sealed record LedgerDraft
{
    /// <summary>What the leaf says.</summary>
    public required LedgerEntry Entry { get; init; }

    /// <summary>Its payloads. One that equals an earlier one of the same class is stored once.</summary>
    public IReadOnlyList<PayloadPart> Payloads { get; init; } = [];

    /// <summary>What else changes in the same transaction.</summary>
    public StateChange? StateChange { get; init; }
}

/// <summary>Bytes that belong to an entry. The caller leaves them unchanged until the append is complete.</summary>
/// <param name="Kind">What it is; at most one of each kind in an entry.</param>
/// <param name="Class">Which clock decides how long it is kept.</param>
/// <param name="Bytes">The bytes, in one piece or several.</param>
internal readonly record struct PayloadPart(PayloadKind Kind, RetentionClass Class, ReadOnlySequence<byte> Bytes)
{
    public PayloadPart(PayloadKind kind, RetentionClass retention, ReadOnlyMemory<byte> bytes)
        : this(kind, retention, new ReadOnlySequence<byte>(bytes))
    {
    }

    public int Length => checked((int)Bytes.Length);

    /// <summary>True for the same bytes. What was put together from pieces was put together to differ.</summary>
    public bool HasSameBytes(PayloadPart other) => Bytes.IsSingleSegment && other.Bytes.IsSingleSegment
        && Bytes.FirstSpan.SequenceEqual(other.Bytes.FirstSpan);
}

/// <summary>A payload ready for its row.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Class">Which clock decides how long it is kept.</param>
/// <param name="Expires">Milliseconds since 1970, UTC.</param>
/// <param name="Sealed">The sealed bytes.</param>
/// <param name="Pages">The pages that they lie in; null when their array is rented.</param>
internal readonly record struct SealedPart(
    PayloadKind Kind, RetentionClass Class, long Expires, ReadOnlyMemory<byte> Sealed, MappedMemory? Pages);
