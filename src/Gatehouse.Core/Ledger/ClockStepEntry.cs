using System.Text.Json;

namespace Gatehouse.Core.Ledger;

/// <summary>
/// The wall clock moved by more than two seconds against the monotonic clock, or behind the last entry.
/// </summary>
public sealed record ClockStepEntry : LedgerEntry
{
    internal const string Word = "clock_step";

    /// <summary>What the clock should have shown.</summary>
    public required DateTimeOffset Expected { get; init; }

    /// <summary>What it showed.</summary>
    public required DateTimeOffset Seen { get; init; }

    /// <inheritdoc/>
    public override string Kind => Word;

    internal override void WriteBody(CanonicalWriter writer)
    {
        writer.Member("expected", LedgerTime.ToText(Expected));
        writer.Member("seen", LedgerTime.ToText(Seen));
    }

    internal static ClockStepEntry ReadBody(string id, JsonElement body) => new()
    {
        Id = id,
        Expected = body.Time("expected"),
        Seen = body.Time("seen"),
    };
}
