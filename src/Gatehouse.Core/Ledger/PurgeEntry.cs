using System.Text.Json;

namespace Gatehouse.Core.Ledger;

/// <summary>
/// The intention to purge, written before anything is deleted. Verification accepts a missing payload, or a leaf
/// without bytes, only where such an entry covers it.
/// </summary>
public sealed record PurgeEntry : LedgerEntry
{
    internal const string Word = "purge";

    /// <summary>Payloads whose time was up at this moment go.</summary>
    public required DateTimeOffset DueBefore { get; init; }

    /// <summary>Leaves below this index lose their bytes; their hashes stay.</summary>
    public required long LeavesBelow { get; init; }

    /// <summary>Number of payloads due when this was written.</summary>
    public long Payloads { get; init; }

    /// <summary>Their stored size in bytes.</summary>
    public long PayloadBytes { get; init; }

    /// <inheritdoc/>
    public override string Kind => Word;

    internal override void WriteBody(CanonicalWriter writer)
    {
        writer.Member("due_before", LedgerTime.ToText(DueBefore));
        writer.Member("leaves_below", LeavesBelow);
        writer.Member("payload_bytes", PayloadBytes);
        writer.Member("payloads", Payloads);
    }

    internal static PurgeEntry ReadBody(string id, JsonElement body) => new()
    {
        Id = id,
        DueBefore = body.Time("due_before"),
        LeavesBelow = body.Number("leaves_below"),
        Payloads = body.Number("payloads"),
        PayloadBytes = body.Number("payload_bytes"),
    };
}
