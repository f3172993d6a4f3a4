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
    public long Unidentified { get; init; }

    /// <summary>Calls over a rate limit (429), by job. Beyond 256 jobs the smallest are added up.</summary>
    public IReadOnlyDictionary<string, long> RateLimited { get; init; } = new Dictionary<string, long>();

    /// <summary>
    /// Calls refused for other reasons, by job, beyond the number that gets entries of its own. Beyond 256 jobs the
    /// smallest are added up.
    /// </summary>
    public IReadOnlyDictionary<string, long> Refused { get; init; } = new Dictionary<string, long>();

    /// <inheritdoc/>
    public override string Kind => Word;

    internal override void WriteBody(CanonicalWriter writer)
    {
        writer.Member("minute", LedgerTime.ToText(Minute));
        WriteJobs(writer, "rate_limited", RateLimited);
        WriteJobs(writer, "refused", Refused);
        writer.Member("strangers", Unidentified);
    }

    internal static SummaryEntry ReadBody(string id, JsonElement body) => new()
    {
        Id = id,
        Minute = body.Time("minute"),
        Unidentified = body.Number("strangers"),
        RateLimited = ReadJobs(body, "rate_limited"),
        Refused = ReadJobs(body, "refused"),
    };

    private static void WriteJobs(CanonicalWriter writer, string name, IReadOnlyDictionary<string, long> jobs)
    {
        if (jobs.Count == 0)
            return;
        writer.Name(name);
        writer.BeginObject();
        foreach (var (job, count) in Bounded(jobs).OrderBy(entry => entry.Key, StringComparer.Ordinal))
            writer.Member(job, count);
        writer.EndObject();
    }

    private static Dictionary<string, long> ReadJobs(JsonElement body, string name) =>
        body.ObjectIfSet(name) is { } jobs
            ? jobs.EnumerateObject().ToDictionary(job => job.Name, EntryBody.NumberOf)
            : [];

    private static IReadOnlyDictionary<string, long> Bounded(IReadOnlyDictionary<string, long> jobs)
    {
        if (jobs.Count <= JobsMax)
            return jobs;
        var ordered = jobs.OrderByDescending(entry => entry.Value).ToList();
        var kept = ordered.Take(JobsMax).ToDictionary(entry => entry.Key, entry => entry.Value);
        kept[OtherJobs] = kept.GetValueOrDefault(OtherJobs) + ordered.Skip(JobsMax).Sum(entry => entry.Value);
        return kept;
    }
}
