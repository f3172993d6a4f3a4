namespace Gatehouse.Storage;

/// <summary>Totals of exchanges with the same job, model, outcome and hour.</summary>
/// <param name="Job">The job.</param>
/// <param name="Model">The model's key; empty if the call named none.</param>
/// <param name="Outcome">The word of the outcome; <c>open</c> while there is none.</param>
/// <param name="Hour">Start of the hour, UTC.</param>
/// <param name="Exchanges">How many.</param>
/// <param name="InputTokens">Tokens read.</param>
/// <param name="OutputTokens">Tokens written.</param>
/// <param name="BytesDelivered">Bytes released to callers.</param>
/// <param name="DurationMilliseconds">Sum of durations.</param>
internal sealed record StatsRow(
    string Job,
    string Model,
    string Outcome,
    DateTimeOffset Hour,
    long Exchanges,
    long InputTokens,
    long OutputTokens,
    long BytesDelivered,
    long DurationMilliseconds);
