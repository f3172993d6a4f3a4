using System.Collections.Concurrent;
using Gatehouse.Core.Ledger;
using Gatehouse.Storage;
using Gatehouse.Telemetry;

namespace Gatehouse.Gate;

/// <summary>
/// Strangers and calls over a rate limit, one entry a minute: a flood of them must not fill the ledger, and must not
/// pass unseen either.
/// </summary>
internal sealed class MinuteSummaries(TimeProvider time)
{
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(1);

    private readonly StrongCounter _unidentified = new();
    private readonly ConcurrentDictionary<string, StrongCounter> _rateLimited = new();
    private readonly ConcurrentDictionary<string, StrongCounter> _refused = new();
    private Totals _written = new(0, [], []);

    public void CountUnidentified() => _unidentified.Add(1);

    public void CountRateLimited(string job) => _rateLimited.GetOrAdd(job, static _ => new StrongCounter()).Add(1);

    /// <summary>A refusal beyond those of its minute that get entries of their own.</summary>
    public void CountRefused(string job) => _refused.GetOrAdd(job, static _ => new StrongCounter()).Add(1);

    /// <summary>
    /// Writes until stopped, and once more at the stop. What could not be written is counted in the next minute.
    /// </summary>
    public async Task RunAsync(SqliteLedger ledger, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            await Task.Delay(Every, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await WriteAsync(ledger);
        }
    }

    private async Task WriteAsync(SqliteLedger ledger)
    {
        var now = new Totals(_unidentified.Value, Read(_rateLimited), Read(_refused));
        var (rateLimited, refused) = (More(now.RateLimited, _written.RateLimited), More(now.Refused, _written.Refused));
        if (now.Unidentified == _written.Unidentified && rateLimited.Count == 0 && refused.Count == 0) return;
        var result = await ledger.AppendAsync(
            new LedgerDraft
            {
                Entry = new SummaryEntry
                {
                    Id = ledger.NewId(EntryId.Summary),
                    Minute = ledger.Now - Every,
                    Unidentified = now.Unidentified - _written.Unidentified,
                    RateLimited = rateLimited,
                    Refused = refused,
                },
            },
            CancellationToken.None);
        if (result.IsDurable) _written = now;
    }

    private static Dictionary<string, long> Read(ConcurrentDictionary<string, StrongCounter> counters)
        => counters.ToDictionary(entry => entry.Key, entry => entry.Value.Value);

    private static Dictionary<string, long> More(Dictionary<string, long> now, Dictionary<string, long> before)
        => now.Select(entry => (entry.Key, Count: entry.Value - before.GetValueOrDefault(entry.Key)))
            .Where(entry => entry.Count > 0)
            .ToDictionary(entry => entry.Key, entry => entry.Count);

    private sealed record Totals(
        long Unidentified, Dictionary<string, long> RateLimited, Dictionary<string, long> Refused);
}
