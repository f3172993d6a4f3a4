using Gatehouse.Core.Ledger;

namespace Gatehouse.Storage;

/// <summary>Bytes in use against <c>bytes-max</c>, and how fast they grow.</summary>
internal sealed class LedgerUsage(long bytesMax)
{
    /// <summary>Share of <c>bytes-max</c> from which on the ledger counts as nearly full.</summary>
    public const double NearlyFull = 0.8;

    // Room beyond the limit for how calls end that were taken before it was reached.
    private const long OutcomeReserve = 16L << 20;

    // Room beyond that, which no call can use up: for stopping something, for purges and for steps of the clock.
    private const long StopReserve = 4L << 20;

    // What an entry takes in the database beyond its leaf and payloads: hash, indexes, the tables derived from it.
    private const long EntryBytes = 1_024;

    // Acts that stop something, or that say the clock is right so that purging makes room.
    private static readonly HashSet<string> StoppingActs =
        ["pause", "token.revoke", "token.leaked", "clock.confirm"];

    // One sample an hour is enough for an estimate in days; the estimate looks back a week.
    private static readonly TimeSpan SampleEvery = TimeSpan.FromHours(1);
    private static readonly TimeSpan SamplesKept = TimeSpan.FromDays(7);

    // Asking costs as much as a small commit's own work.
    private const int CommitsBetweenUpdates = 32;
    private const double CloseToFull = 0.7;

    private readonly Lock _lock = new();
    private int _commits;
    private long _used;
    private (DateTimeOffset At, long Bytes)? _oldest;
    private DateTimeOffset _lastSample;

    public long BytesMax => bytesMax;

    /// <summary>Bytes in use as of the last commit.</summary>
    public long Used => Interlocked.Read(ref _used);

    /// <summary>Whether an append still fits: what nothing else depends on stops at the limit.</summary>
    public bool HasRoom(AppendWork work)
    {
        var bytes = work.StoredBytesAt(0) + EntryBytes;
        if (Used + bytes > bytesMax + ReserveFor(work.Entry))
            return false;
        Interlocked.Add(ref _used, bytes);
        return true;
    }

    private static long ReserveFor(LedgerEntry entry) => entry switch
    {
        PurgeEntry or ClockStepEntry => OutcomeReserve + StopReserve,
        ActEntry act when StoppingActs.Contains(act.Act) => OutcomeReserve + StopReserve,
        // Both end what was on record before: there are no more of them than there were beginnings.
        OutcomeEntry { Call: null } or ActEntry { Act: "exec.end" } => OutcomeReserve,
        _ => 0,
    };

    /// <summary>Takes what the database answered. On the writer's thread.</summary>
    public void Set(long usedBytes)
    {
        _commits = 0;
        Interlocked.Exchange(ref _used, usedBytes);
    }

    /// <summary>
    /// Asks the database now and then: between two answers the estimates of what was appended stand, which are high.
    /// Near the limit it asks after each commit. On the writer's thread.
    /// </summary>
    public void UpdateAfterCommit(LedgerTables tables)
    {
        if (++_commits >= CommitsBetweenUpdates || Used > bytesMax * CloseToFull)
            Set(tables.UsedBytes());
    }

    /// <summary>Keeps a sample now and then. On the writer's thread, in a transaction.</summary>
    public void Sample(LedgerTables tables, DateTimeOffset now)
    {
        if ((now - _lastSample).Duration() < SampleEvery)
            return;
        _lastSample = now;
        tables.Prepare("DELETE FROM size_sample WHERE at < ?1")
            .Bind(1, (now - SamplesKept).ToUnixTimeMilliseconds()).Run();
        tables.Prepare("INSERT OR REPLACE INTO size_sample (at, bytes) VALUES (?1, ?2)")
            .Bind(1, now.ToUnixTimeMilliseconds()).Bind(2, Used).Run();
        var select = tables.Prepare("SELECT at, bytes FROM size_sample ORDER BY at LIMIT 1");
        if (select.Step())
        {
            lock (_lock)
                _oldest = (DateTimeOffset.FromUnixTimeMilliseconds(select.Int64(0)), select.Int64(1));
        }

        select.Reset();
    }

    /// <summary>
    /// Days until full at the rate of the last week; null if it does not grow or is too young to tell.
    /// </summary>
    public double? DaysLeft(DateTimeOffset now)
    {
        (DateTimeOffset At, long Bytes)? oldest;
        lock (_lock)
            oldest = _oldest;
        if (oldest is not { } first || now - first.At < SampleEvery || Used <= first.Bytes)
            return null;
        var bytesPerDay = (Used - first.Bytes) / (now - first.At).TotalDays;
        return Math.Max(0, (bytesMax - Used) / bytesPerDay);
    }
}
