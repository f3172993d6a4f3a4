using Gatehouse.Core.Ledger;

namespace Gatehouse.Storage;

/// <summary>Something to append: an entry, its payloads, and a change that goes with it.</summary>
internal sealed record LedgerDraft
{
    /// <summary>What the leaf says.</summary>
    public required LedgerEntry Entry { get; init; }

    /// <summary>Its payloads. One that equals an earlier one of the same class is stored once.</summary>
    public IReadOnlyList<PayloadPart> Payloads { get; init; } = [];

    /// <summary>What else changes in the same transaction.</summary>
    public IStateChange? StateChange { get; init; }
}
