using System.Text.Json;

namespace Gatehouse.Core.Ledger;

/// <summary>
/// The wall clock moved by more than two seconds against the monotonic clock, or behind the last entry. Only such an
/// entry may be older than the one before it: it says then which leaves a clock that ran ahead had stamped.
/// </summary>
public sealed record ClockStepEntry : LedgerEntry
{
    internal const string Word = "clock_step";

    /// <summary>What the clock should have shown.</summary>
    public required DateTimeOffset Expected { get; init; }

    /// <summary>What it showed.</summary>
    public required DateTimeOffset Seen { get; init; }

    /// <summary>
    /// Index of the first leaf that was stamped by a clock that ran ahead; every leaf from there to this one was. Null
    /// unless time on record goes back here.
    /// </summary>
    public long? Since { get; init; }

    /// <summary>By how many milliseconds that clock was ahead; time goes back here by that or less.</summary>
    public long? AheadMilliseconds { get; init; }

    /// <inheritdoc/>
    public override string Kind => Word;

    internal override void WriteBody(CanonicalWriter writer)
    {
        if (AheadMilliseconds is { } ahead)
            writer.Member("ahead_ms", ahead);
        writer.Member("expected", LedgerTime.ToText(Expected));
        writer.Member("seen", LedgerTime.ToText(Seen));
        if (Since is { } since)
            writer.Member("since", since);
    }

    internal static ClockStepEntry ReadBody(string id, JsonElement body) => new()
    {
        Id = id,
        Expected = body.Time("expected"),
        Seen = body.Time("seen"),
        Since = body.NumberIfSet("since"),
        AheadMilliseconds = body.NumberIfSet("ahead_ms"),
    };
}
