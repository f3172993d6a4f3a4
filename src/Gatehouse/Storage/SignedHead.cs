using Gatehouse.Core.Ledger;

namespace Gatehouse.Storage;

/// <summary>A tree head that the log has to agree with.</summary>
/// <param name="Checkpoint">What was signed.</param>
/// <param name="Frontier">The right edge stored beside it; null for a checkpoint that does not lie in the
/// database.</param>
/// <param name="Where">Where it lies if not in the database, for messages.</param>
internal sealed record SignedHead(Checkpoint Checkpoint, byte[]? Frontier, string Where = "");
