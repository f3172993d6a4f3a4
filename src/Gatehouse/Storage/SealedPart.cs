using Gatehouse.Core.Ledger;

namespace Gatehouse.Storage;

/// <summary>A payload ready for its row.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Class">Which clock decides how long it is kept.</param>
/// <param name="Expires">Milliseconds since 1970, UTC.</param>
/// <param name="Buffer">Holds the sealed bytes at its start.</param>
/// <param name="Length">How many.</param>
internal readonly record struct SealedPart(
    PayloadKind Kind, RetentionClass Class, long Expires, byte[] Buffer, int Length);
