namespace Gatehouse.Gate.Limits;

/// <summary>
/// Where a job stands within its limits of the minute, for the headers that clients pace themselves by.
/// </summary>
internal readonly record struct RateStanding(
    long RequestsLeft, int RequestsResetSeconds, long TokensLeft, int TokensResetSeconds);
