using System.Text.Json;

namespace Gatehouse.Core.Ledger;

/// <summary>One minute of calls that get no entry of their own: strangers, and calls over a rate limit.</summary>
public sealed record SummaryEntry : LedgerEntry
{
    internal const string Word = "summary";

    // Keeps the leaf far below its limit of 65,535 bytes; the rest is added up under one name.
    private const int JobsMax = 256;
    private const string OtherJobs = "(other)";

    /// <summary>Start of the minute.</summary>
    public required DateTimeOffset Minute { get; init; }

    /// <summary>Calls that could not be attributed (401).</summary>
    public long Strangers { get; init; }

    /// <summary>Calls over a rate limit (429), by job. Beyond 256 jobs the smallest are added up.</summary>
    public IReadOnlyDictionary<string, long> RateLimited { get; init; } = new Dictionary<string, long>();

    /// <inheritdoc/>
    public override string Kind => Word;

    internal override void WriteBody(CanonicalWriter writer)
    {
        writer.Member("minute", LedgerTime.ToText(Minute));
        if (RateLimited.Count > 0)
        {
            writer.Name("rate_limited");
            writer.BeginObject();
            foreach (var (job, count) in Bounded().OrderBy(entry => entry.Key, StringComparer.Ordinal))
                writer.Member(job, count);
            writer.EndObject();
        }

        writer.Member("strangers", Strangers);
    }

    internal static SummaryEntry ReadBody(string id, JsonElement body) => new()
    {
        Id = id,
        Minute = body.Time("minute"),
        Strangers = body.Number("strangers"),
        RateLimited = body.ObjectIfSet("rate_limited") is { } jobs
            ? jobs.EnumerateObject().ToDictionary(job => job.Name, BodyReader.NumberOf)
            : new Dictionary<string, long>(),
    };

    private IReadOnlyDictionary<string, long> Bounded()
    {
        if (RateLimited.Count <= JobsMax)
            return RateLimited;
        var ordered = RateLimited.OrderByDescending(entry => entry.Value).ToList();
        var kept = ordered.Take(JobsMax).ToDictionary(entry => entry.Key, entry => entry.Value);
        kept[OtherJobs] = kept.GetValueOrDefault(OtherJobs) + ordered.Skip(JobsMax).Sum(entry => entry.Value);
        return kept;
    }
}
