namespace Gatehouse.Core.Estate;

/// <summary>Keys of <c>limits:</c> and of <c>defaults:</c>.</summary>
internal static class LimitKeys
{
    // Upper ends keep sums and products of counters far inside 64 bits; no house comes near them.
    private const long CountMax = 1_000_000_000;
    private const long BytesMax = 1L << 50;

    public static readonly Setting<long> RequestsPerMinute = new("requests-per-minute",
        Shapes.Whole(1, 1_000_000, "calls"), "Calls per minute.");

    public static readonly Setting<long> TokensPerMinute = new("tokens-per-minute",
        Shapes.Whole(1, CountMax, "tokens"), "Input and output tokens per minute.");

    public static readonly Setting<long> TokensPerDay = new("tokens-per-day",
        Shapes.Whole(1, CountMax, "tokens"), "Input and output tokens per day.");

    public static readonly Setting<long> Concurrent = new("concurrent",
        Shapes.Whole(1, 10_000, "calls"), "Calls that may be open at once.");

    public static readonly Setting<decimal> CostPerMonth = new("cost-per-month",
        Shapes.Money("in the currency of `prices`"), "Money per calendar month; needs `prices`.");

    public static readonly Setting<long> BytesPerDay = new("bytes-per-day",
        Shapes.Size(1 << 10, BytesMax),
        "Bytes that the job may add to the ledger per day: its entries and payloads as they are stored.")
    { Source = "one job must not fill the disk and so stop the house" };

    public static readonly SectionShape Limits = new("limits",
        RequestsPerMinute, TokensPerMinute, TokensPerDay, Concurrent, CostPerMonth, BytesPerDay);

    public static readonly Setting<SectionReader> LimitsOfJob = new("limits", Limits,
        "How much the job may use; a limit that is set neither here nor in `defaults` does not apply.");

    public static readonly Setting<long> BodyBytesMax = new("body-bytes-max",
        Shapes.Size(1 << 10, 48L << 20),
        "Largest request body. At most what one job may hold of the memory for bodies in flight.")
    { Default = 32L << 20, DefaultText = "32MiB", Source = "room for a few images in one request" };

    public static readonly Setting<TimeSpan> Window = new("window",
        Shapes.Duration(TimeSpan.FromMinutes(1), TimeSpan.FromDays(31)),
        "How long after each fire of its cron trigger the job may call; a later call is flagged.")
    { Default = TimeSpan.FromHours(1), DefaultText = "1h", Source = "a scheduled run rarely takes longer" };

    public static readonly SectionShape Defaults = new("defaults", LimitsOfJob, BodyBytesMax, Window);
}
