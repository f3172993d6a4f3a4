using System.Text.Json;

namespace Gatehouse.Core.Ledger;

/// <summary>What a leaf says. The envelope around it (time, nonce, log, payloads) is a <see cref="Leaf"/>.</summary>
public abstract record LedgerEntry
{
    /// <summary>The entry's id, see <see cref="EntryId"/>.</summary>
    public required string Id { get; init; }

    /// <summary>The word for this kind of entry.</summary>
    public abstract string Kind { get; }

    /// <summary>Writes the members of the body in order.</summary>
    internal abstract void WriteBody(CanonicalWriter writer);

    /// <summary>Reads a body back.</summary>
    /// <exception cref="FormatException">The kind is unknown or a member is missing.</exception>
    internal static LedgerEntry Read(string kind, string id, JsonElement body) => kind switch
    {
        RequestEntry.Word => RequestEntry.ReadBody(id, body),
        OutcomeEntry.Word => OutcomeEntry.ReadBody(id, body),
        ActEntry.Word => ActEntry.ReadBody(id, body),
        SummaryEntry.Word => SummaryEntry.ReadBody(id, body),
        ClockStepEntry.Word => ClockStepEntry.ReadBody(id, body),
        PurgeEntry.Word => PurgeEntry.ReadBody(id, body),
        _ => throw new FormatException($"The ledger holds an entry of the unknown kind '{kind}'."),
    };
}
