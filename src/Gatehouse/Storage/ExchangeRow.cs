namespace Gatehouse.Storage;

/// <summary>
/// An exchange as read for people and statistics. Derived from leaves for speed: verification never relies on it.
/// </summary>
internal sealed record ExchangeRow
{
    /// <summary>The exchange's id.</summary>
    public required string Id { get; init; }

    /// <summary>Index of the leaf that started it: the request, or the refusal where there was none.</summary>
    public required long Index { get; init; }

    public required DateTimeOffset Started { get; init; }

    public required string Job { get; init; }

    public string? Model { get; init; }

    public required string Dialect { get; init; }

    public required string Endpoint { get; init; }

    public required string IdentifiedBy { get; init; }

    public required string Caller { get; init; }

    public bool IsStream { get; init; }

    /// <summary>Comma-separated flags of request and outcome.</summary>
    public string? Flags { get; init; }

    /// <summary>The word of the outcome; null while open.</summary>
    public string? Outcome { get; init; }

    /// <summary>Index of the outcome's leaf.</summary>
    public long? OutcomeIndex { get; init; }

    public long? Status { get; init; }

    public string? Reason { get; init; }

    public long? DurationMilliseconds { get; init; }

    public long? InputTokens { get; init; }

    public long? OutputTokens { get; init; }

    public long? BytesDelivered { get; init; }
}
