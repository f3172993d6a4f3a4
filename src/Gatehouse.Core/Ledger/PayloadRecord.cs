namespace Gatehouse.Core.Ledger;

/// <summary>What a leaf says of a payload.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Class">Which clock decides how long it is kept.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Commitment">Salted commitment; null if it equals an earlier payload of the same entry.</param>
/// <param name="SameAs">That earlier payload.</param>
public sealed record PayloadRecord(
    PayloadKind Kind, RetentionClass Class, long Bytes, Hash256? Commitment, PayloadKind? SameAs);
