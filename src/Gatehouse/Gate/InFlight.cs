using System.Collections.Concurrent;
using Gatehouse.Core.Ledger;
using Gatehouse.Core.Traffic;
using Gatehouse.Storage;
using Gatehouse.Telemetry;

namespace Gatehouse.Gate;

/// <summary>The calls that are in the gate right now, so that a pause can cut them.</summary>
internal sealed class InFlight(TimeProvider time)
{
    private readonly ConcurrentDictionary<GateCall, byte> _calls = new();

    /// <summary>Later than this, the watch over calls does not work.</summary>
    public static TimeSpan SweepOverdue { get; } = TimeSpan.FromSeconds(15);

    private Refusal? _noWaits;

    private long _lastSwept = time.GetTimestamp();

    public int Count => _calls.Count;

    /// <summary>When calls were last looked at; a timestamp of the monotonic clock.</summary>
    public long LastSwept => Volatile.Read(ref _lastSwept);

    public void Enter(GateCall call) => _calls.TryAdd(call, 0);

    public void Leave(GateCall call) => _calls.TryRemove(call, out _);

    /// <summary>
    /// Ends the calls whose time is over, once a second: cheaper than a timer for each, and exact enough.
    /// </summary>
    public async Task SweepAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            await Task.Delay(TimeSpan.FromSeconds(1), time, stop)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            var now = time.GetTimestamp();
            Volatile.Write(ref _lastSwept, now);
            foreach (var (call, _) in _calls) call.EndIfOverdue(now);
        }
    }

    /// <summary>Cuts every call that fits. Never waits: the code that runs the call ends and records it.</summary>
    public int Cut(Func<GateCall, bool> fits, Func<GateCall, Refusal> why)
    {
        var cut = 0;
        foreach (var (call, _) in _calls)
        {
            if (!fits(call)) continue;
            call.Cut(why(call));
            cut++;
        }
        return cut;
    }

    /// <summary>
    /// Ends the waits for a person, those that are about to begin too: what waits is on record, and goes on waiting
    /// when the gate is back.
    /// </summary>
    public void EndWaits(Refusal why)
    {
        Interlocked.Exchange(ref _noWaits, why);
        Cut(static call => call.WaitsForPerson, _ => why);
    }

    /// <summary>The call waits for a person from now on, unless waits were ended.</summary>
    public void BeginWait(GateCall call)
    {
        call.WaitsForPerson = true;
        // Either this sees that waits were ended, or who ended them sees that this call waits.
        if (Interlocked.CompareExchange(ref _noWaits, null, null) is { } why) call.Cut(why);
    }

    /// <summary>Cuts what a pause stops.</summary>
    public int Cut(StoredPause pause) => Cut(
        call => pause.Job == PauseBook.AllJobs || call.Caller.Job.Key == pause.Job,
        call => Admission.Paused(call.Caller.Job.Key, pause));

    /// <summary>Cuts the calls that a token let in.</summary>
    public int CutToken(string tokenId) => Cut(
        call => call.Caller.Token?.Id == tokenId,
        static _ => new Refusal(RefusalKind.BadToken, "The token was revoked while the call was under way."));
}

/// <summary>
/// Unidentified callers and calls over a rate limit, one entry a minute: a flood of them must not fill the ledger, and
/// must not pass unseen either.
/// </summary>
internal sealed class MinuteSummaries
{
    public static readonly TimeSpan Every = TimeSpan.FromMinutes(1);

    private readonly StrongCounter _unidentified = new();
    private readonly ConcurrentDictionary<string, StrongCounter> _rateLimited = new();
    private readonly ConcurrentDictionary<string, StrongCounter> _refused = new();
    private Totals _written = new(0, [], []);

    public void CountUnidentified() => _unidentified.Add(1);

    public void CountRateLimited(string job) => _rateLimited.GetOrAdd(job, static _ => new StrongCounter()).Add(1);

    /// <summary>A refusal beyond those of its minute that get entries of their own.</summary>
    public void CountRefused(string job) => _refused.GetOrAdd(job, static _ => new StrongCounter()).Add(1);

    /// <summary>Writes what came since the last time. What cannot be written is counted the next time.</summary>
    /// <returns>What was written, for people; null if there was nothing.</returns>
    public async Task<string?> WriteAsync(SqliteLedger ledger)
    {
        var now = new Totals(_unidentified.Value, Read(_rateLimited), Read(_refused));
        var (rateLimited, refused) = (More(now.RateLimited, _written.RateLimited), More(now.Refused, _written.Refused));
        if (now.Unidentified == _written.Unidentified && rateLimited.Count == 0 && refused.Count == 0)
            return null;
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
        if (!result.IsDurable) return $"not written, the ledger is {result.Refusal}; they are counted the next time";
        var before = _written;
        _written = now;
        return $"{now.Unidentified - before.Unidentified} unidentified, "
            + $"{rateLimited.Values.Sum() + refused.Values.Sum()} refused";
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
