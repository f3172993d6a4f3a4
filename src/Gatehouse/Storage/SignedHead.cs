using Gatehouse.Core.Ledger;

namespace Gatehouse.Storage;

/// <summary>A tree head that the log has to agree with.</summary>
/// <param name="Checkpoint">What was signed.</param>
/// <param name="Frontier">The right edge stored beside it; null for a checkpoint kept elsewhere.</param>
internal sealed record SignedHead(Checkpoint Checkpoint, byte[]? Frontier);
