namespace Gatehouse.Core.Estate;

/// <summary>How much a job may use. A limit that is null does not apply.</summary>
public sealed record JobLimits
{
    /// <summary>No limit at all.</summary>
    public static JobLimits None { get; } = new();

    /// <summary>Calls per minute.</summary>
    public int? RequestsPerMinute { get; init; }

    /// <summary>Input and output tokens per minute.</summary>
    public long? TokensPerMinute { get; init; }

    /// <summary>Input and output tokens per day.</summary>
    public long? TokensPerDay { get; init; }

    /// <summary>Calls that may be open at once.</summary>
    public int? Concurrent { get; init; }

    /// <summary>Money per calendar month, in the currency of <c>prices:</c>.</summary>
    public decimal? CostPerMonth { get; init; }

    /// <summary>
    /// Bytes that the job may add to the ledger per day: its entries and payloads as they are stored.
    /// </summary>
    public long? BytesPerDay { get; init; }

    /// <summary>These limits, with the gaps filled from <paramref name="defaults"/>.</summary>
    public JobLimits Over(JobLimits defaults)
    {
        ArgumentNullException.ThrowIfNull(defaults);
        return new JobLimits
        {
            RequestsPerMinute = RequestsPerMinute ?? defaults.RequestsPerMinute,
            TokensPerMinute = TokensPerMinute ?? defaults.TokensPerMinute,
            TokensPerDay = TokensPerDay ?? defaults.TokensPerDay,
            Concurrent = Concurrent ?? defaults.Concurrent,
            CostPerMonth = CostPerMonth ?? defaults.CostPerMonth,
            BytesPerDay = BytesPerDay ?? defaults.BytesPerDay,
        };
    }
}
