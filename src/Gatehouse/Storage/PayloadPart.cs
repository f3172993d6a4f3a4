using System.Buffers;
using Gatehouse.Core.Ledger;

namespace Gatehouse.Storage;

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
