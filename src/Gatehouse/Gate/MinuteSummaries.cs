using System.Collections.Concurrent;
using Gatehouse.Core.Ledger;
using Gatehouse.Storage;
using Gatehouse.Watching;

namespace Gatehouse.Gate;

/// <summary>
/// Strangers and calls over a rate limit, one entry a minute: a flood of them must not fill the ledger, and must not
/// pass unseen either.
/// </summary>
internal sealed class MinuteSummaries(TimeProvider time)
{
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(1);

    private readonly StrongCounter _strangers = new();
    private readonly ConcurrentDictionary<string, StrongCounter> _rateLimited = new();
    private long _strangersWritten;
    private Dictionary<string, long> _rateLimitedWritten = [];

    public void CountStranger() => _strangers.Add(1);

    public void CountRateLimited(string job) => _rateLimited.GetOrAdd(job, static _ => new StrongCounter()).Add(1);

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
        var strangers = _strangers.Value;
        var rateLimited = _rateLimited.ToDictionary(entry => entry.Key, entry => entry.Value.Value);
        var more = rateLimited
            .Select(entry => (entry.Key, Count: entry.Value - _rateLimitedWritten.GetValueOrDefault(entry.Key)))
            .Where(entry => entry.Count > 0)
            .ToDictionary(entry => entry.Key, entry => entry.Count);
        if (strangers == _strangersWritten && more.Count == 0) return;
        var result = await ledger.AppendAsync(
            new LedgerDraft
            {
                Entry = new SummaryEntry
                {
                    Id = ledger.NewId(EntryId.Summary),
                    Minute = ledger.Now - Every,
                    Strangers = strangers - _strangersWritten,
                    RateLimited = more,
                },
            },
            CancellationToken.None);
        if (result.IsDurable) (_strangersWritten, _rateLimitedWritten) = (strangers, rateLimited);
    }
}
