using Gatehouse.Core.Ledger;

namespace Gatehouse.Storage;

/// <summary>Bytes that belong to an entry. The caller leaves them unchanged until the append is complete.</summary>
/// <param name="Kind">What it is; at most one of each kind in an entry.</param>
/// <param name="Class">Which clock decides how long it is kept.</param>
/// <param name="Bytes">The bytes.</param>
internal readonly record struct PayloadPart(PayloadKind Kind, RetentionClass Class, ReadOnlyMemory<byte> Bytes);
