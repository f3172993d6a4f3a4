namespace Gatehouse.Storage;

/// <summary>Totals of exchanges with the same job, model, outcome and hour.</summary>
internal sealed record StatsRow
{
    public required string Job { get; init; }

    /// <summary>The model's key; empty if the call named none.</summary>
    public required string Model { get; init; }

    /// <summary>The word of the outcome; <c>open</c> while there is none.</summary>
    public required string Outcome { get; init; }

    /// <summary>Start of the hour, UTC.</summary>
    public required DateTimeOffset Hour { get; init; }

    public required long Exchanges { get; init; }

    public required long InputTokens { get; init; }

    public required long OutputTokens { get; init; }

    public required long BytesDelivered { get; init; }

    /// <summary>Sum of durations.</summary>
    public required long DurationMilliseconds { get; init; }
}
