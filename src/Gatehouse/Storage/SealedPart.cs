using Gatehouse.Core.Ledger;
using Gatehouse.Linux;

namespace Gatehouse.Storage;

/// <summary>A payload ready for its row.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Class">Which clock decides how long it is kept.</param>
/// <param name="Expires">Milliseconds since 1970, UTC.</param>
/// <param name="Sealed">The sealed bytes.</param>
/// <param name="Pages">The pages that they lie in; null when their array is rented.</param>
internal readonly record struct SealedPart(
    PayloadKind Kind, RetentionClass Class, long Expires, ReadOnlyMemory<byte> Sealed, MappedMemory? Pages);
