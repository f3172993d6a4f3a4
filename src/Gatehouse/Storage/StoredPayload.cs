using Gatehouse.Core.Ledger;

namespace Gatehouse.Storage;

/// <summary>A payload read back and checked against its commitment.</summary>
/// <param name="Record">What the leaf says of it.</param>
/// <param name="Bytes">The bytes; null if purged, or if the keys are not here.</param>
/// <param name="Missing">Why there are no bytes, as a sentence; empty if there are.</param>
internal sealed record StoredPayload(PayloadRecord Record, byte[]? Bytes, string Missing);
