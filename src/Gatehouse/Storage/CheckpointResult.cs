namespace Gatehouse.Storage;

/// <summary>What came of asking for a checkpoint.</summary>
/// <param name="Note">The newest signed checkpoint, durable; null if there is none yet.</param>
/// <param name="Refusal">Why no newer one could be made.</param>
internal sealed record CheckpointResult(string? Note, LedgerRefusal Refusal);
