namespace Gatehouse.Gate.Limits;

/// <summary>
/// What one job used in one day or month of the estate's time zone. Costs in millionths of the user's currency.
/// </summary>
internal readonly record struct UsagePeriod(long Tokens, long Bytes, long CostMicros)
{
    public static UsagePeriod operator +(UsagePeriod a, UsagePeriod b)
        => new(a.Tokens + b.Tokens, a.Bytes + b.Bytes, a.CostMicros + b.CostMicros);

    public static UsagePeriod operator -(UsagePeriod a, UsagePeriod b)
        => new(a.Tokens - b.Tokens, a.Bytes - b.Bytes, a.CostMicros - b.CostMicros);
}
