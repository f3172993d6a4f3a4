using Gatehouse.Core.Ledger;

namespace Gatehouse.Storage;

/// <summary>A leaf as stored.</summary>
/// <param name="Index">Its index.</param>
/// <param name="Leaf">Its content; null once its text was pruned.</param>
/// <param name="Hash">Its hash.</param>
internal sealed record StoredEntry(long Index, Leaf? Leaf, Hash256 Hash);
