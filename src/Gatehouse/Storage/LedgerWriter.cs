using System.Text;
using Gatehouse.Core.Ledger;

namespace Gatehouse.Storage;

/// <summary>
/// The one thread that writes. It takes all appends that wait, writes them in one transaction, and tells their callers
/// only after the commit, so that one fsync serves them all.
/// </summary>
internal sealed class LedgerWriter : IDisposable
{
    // Bounds one transaction, so that the first caller in it does not wait for thousands of others.
    private const int BatchMax = 1_024;

    // Why an exchange is interrupted whose outcome could not be written.
    private const string NotRecorded = "not-recorded";

    // How long to leave a disk alone after it could not be opened.
    private static readonly TimeSpan ReopenAfter = TimeSpan.FromMilliseconds(250);

    // How long the WAL may grow on after a reader kept it from being moved.
    private static readonly TimeSpan BusyPause = TimeSpan.FromSeconds(30);

    private readonly HomeDirectory _home;
    private readonly LedgerSettings _settings;
    private readonly TimeProvider _time;
    private readonly Action<LedgerFatal> _onFatal;
    private readonly BatchWriter _batch;
    private readonly Thread _thread;
    private readonly Dictionary<string, string> _toSeal = new(StringComparer.Ordinal);
    private OpenStore? _store;
    private LedgerKeys? _keys;
    private StateLease? _lease;
    private long _lastAttempt;
    private long _lastBusy;
    private bool _wasOpened;

    public LedgerWriter(
        HomeDirectory home, LedgerSettings settings, TimeProvider time, Action<LedgerFatal> onFatal)
    {
        (_home, _settings, _time, _onFatal) = (home, settings, time, onFatal);
        (Queue, Clock, Usage) = (
            new AppendQueue(settings.QueueBytesMax, time), new LedgerClock(time, settings.IsClockSynchronised),
            new LedgerUsage(settings.BytesMax));
        _batch = new BatchWriter(settings, Clock, Usage);
        _thread = new Thread(Run) { IsBackground = true, Name = "ledger writer" };
    }

    public AppendQueue Queue { get; }

    public LedgerClock Clock { get; }

    public LedgerUsage Usage { get; }

    public CommitTimes Commits { get; } = new();

    public WriterStatus Status { get; } = new();

    /// <summary>The keys; null until the home could be opened once.</summary>
    public LedgerKeys? Keys => Volatile.Read(ref _keys);

    /// <summary>The lease of the last open; null until the home could be opened once.</summary>
    public StateLease? Lease => Volatile.Read(ref _lease);

    /// <summary>Called when the WAL has grown, to have it moved into the database.</summary>
    public Action? OnWalGrown { get; set; }

    /// <summary>Opens the home and starts. A full or read-only disk is no reason to throw.</summary>
    /// <exception cref="HomeException">The home cannot be used, or its ledger is damaged.</exception>
    public void Start()
    {
        var refusal = TryOpen();
        if (refusal == LedgerRefusal.None && (_toSeal.Count > 0 || _store!.Loss is not null))
            WriteBatch([]);
        _thread.Start();
    }

    /// <summary>The loss that was accepted and is on record.</summary>
    public LedgerLoss? RecordedLoss => _batch.RecordedLoss;

    /// <summary>
    /// Closes an exchange whose outcome could not be written, as soon as something can be written again.
    /// </summary>
    public void CloseLater(string exchange) => Queue.TryEnqueue(() => _toSeal.TryAdd(exchange, NotRecorded));

    /// <summary>Runs a job on the writer's thread, in a transaction of its own if asked.</summary>
    public Task<(LedgerRefusal Refusal, T? Value)> RunAsync<T>(Func<LedgerTables, T> job, bool inTransaction)
    {
        var done = new TaskCompletionSource<(LedgerRefusal, T?)>(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!Queue.TryEnqueue(() => RunJob(job, inTransaction, done)))
            done.SetResult((LedgerRefusal.Stopped, default));
        return done.Task;
    }

    /// <summary>The tree as committed, and as last signed. Only inside a job.</summary>
    public (Frontier Head, Frontier Signed, string? Note) Capture() =>
        (_store!.Tip.Frontier.Clone(), _store.Tip.Signed.Clone(), _store.Tip.Note);

    /// <summary>Told when time on record has gone back, on the writer's thread.</summary>
    public Action<DateTimeOffset, TimeSpan>? OnTimeWentBack
    {
        get => _batch.OnTimeWentBack;
        set => _batch.OnTimeWentBack = value;
    }

    /// <summary>Looks at the clock and records a step. Only inside a job without a transaction.</summary>
    public LedgerRefusal LookAtClock()
    {
        WriteReady([]);
        return MakeReady();
    }

    /// <summary>Stops everything: what is on disk can no longer be known or trusted.</summary>
    public void Fail(LedgerFatal fatal)
    {
        if (!Status.TryFail(fatal.Message))
            return;
        Queue.Close();
        _onFatal(fatal);
    }

    /// <summary>Writes what is queued and ends the thread.</summary>
    public void Dispose()
    {
        Queue.Close();
        if (_thread.IsAlive)
            _thread.Join();
    }

    private void Run()
    {
        var works = new List<AppendWork>();
        var jobs = new List<Action>();
        try
        {
            while (Queue.Take(ref works, ref jobs))
            {
                while (works.Count > 0)
                {
                    var batch = works.Count <= BatchMax ? works : works.GetRange(0, BatchMax);
                    WriteBatch(batch);
                    works.RemoveRange(0, batch.Count);
                }

                foreach (var job in jobs)
                    job();
                jobs.Clear();
                // Nobody calls on a disk that was full: what waits to be closed must not wait for the next call.
                if (_toSeal.Count > 0 && Status.State == LedgerState.Writing)
                    WriteBatch([]);
            }
        }
        catch (Exception e)
        {
            Fail(new LedgerFatal($"The ledger's writer stopped: {e.Message} Restart the gate.", 0, 0));
            Decide(works, LedgerRefusal.Stopped);
            while (Queue.Take(ref works, ref jobs))
            {
                Decide(works, LedgerRefusal.Stopped);
                works.Clear();
            }
        }

        Close();
    }

    private void RunJob<T>(
        Func<LedgerTables, T> job, bool inTransaction, TaskCompletionSource<(LedgerRefusal, T?)> done)
    {
        var refusal = MakeReady();
        if (refusal != LedgerRefusal.None)
        {
            done.SetResult((refusal, default));
            return;
        }

        try
        {
            if (inTransaction)
                _store!.Begin();
            var value = job(_store!.Tables);
            if (inTransaction)
            {
                _store!.Tables.Commit();
                _settings.AtStep?.Invoke("job");
                Status.SetWriting(_store.Tip.Frontier.Size);
                // A purge makes room for the next call, not for the one after it.
                Usage.Set(_store.Tables.UsedBytes());
            }

            done.SetResult((LedgerRefusal.None, value));
        }
        catch (SqliteFaultException e)
        {
            done.SetResult((Recover(e, []), default));
        }
        catch (LeaseLostException e)
        {
            done.SetResult((StopFenced(e), default));
        }
        catch (Exception e)
        {
            // A bug ends the writer; the caller of the job is told, and not left to wait for ever.
            done.SetException(e);
            throw;
        }
    }

    private void WriteBatch(List<AppendWork> works)
    {
        var refusal = MakeReady();
        if (refusal != LedgerRefusal.None)
        {
            Decide(works, refusal);
            return;
        }

        WriteReady(works);
    }

    private void WriteReady(List<AppendWork> works)
    {
        var started = _time.GetTimestamp();
        try
        {
            _store!.Begin();
            _batch.Write(_store, _toSeal, works);
            _settings.AtCommit?.Invoke(CommitPoint.Before);
            _store.Tables.Commit();
            _settings.AtCommit?.Invoke(CommitPoint.After);
            _batch.Accept(_store);
        }
        catch (SqliteFaultException e)
        {
            Decide(works, Recover(e, works));
            return;
        }
        catch (LeaseLostException e)
        {
            Decide(works, StopFenced(e));
            return;
        }
        catch
        {
            Decide(works, LedgerRefusal.Stopped);
            works.Clear();
            throw;
        }

        _toSeal.Clear();
        Status.SetWriting(_store.Tip.Frontier.Size);
        Commits.Add(_time.GetElapsedTime(started));
        Finish(works);
        // Nothing below may touch the works again: their callers own them now.
        AfterCommit();
    }

    private void AfterCommit()
    {
        try
        {
            Usage.UpdateAfterCommit(_store!.Tables);
            var isLarge = _store.Wal.Pages > WalGauge.RestartPages;
            if (isLarge && (_lastBusy == 0 || _time.GetElapsedTime(_lastBusy) >= BusyPause))
            {
                // Waiting for a long reader, such as `ledger verify`, would hold up every append.
                if (!_store.Tables.CheckpointWal(SQLitePCL.raw.SQLITE_CHECKPOINT_RESTART))
                    _lastBusy = _time.GetTimestamp();
            }
            else if (_store.Wal.HasGrown())
            {
                OnWalGrown?.Invoke();
            }
        }
        catch (SqliteFaultException e)
        {
            Recover(e, []);
        }
    }

    private LedgerRefusal MakeReady()
    {
        if (Status.State == LedgerState.Stopped)
            return LedgerRefusal.Stopped;
        if (_store is not null)
            return _store.Files.FindMissing() is { } missing ? StopWithout(missing) : LedgerRefusal.None;
        if (_lastAttempt != 0 && _time.GetElapsedTime(_lastAttempt) < ReopenAfter)
            return Status.Refusal;
        try
        {
            return TryOpen();
        }
        catch (HomeException e)
        {
            Fail(new LedgerFatal(e.Message, 0, 0));
            return LedgerRefusal.Stopped;
        }
    }

    // What was committed is still in the files that SQLite has open. If only the files beside the database are gone, it
    // is moved there before the end, so that nothing is lost.
    private LedgerRefusal StopWithout(string missing)
    {
        try
        {
            if (_store!.Files.HasDatabase)
                _store.Tables.CheckpointWal(SQLitePCL.raw.SQLITE_CHECKPOINT_FULL);
        }
        catch (SqliteFaultException)
        {
            // The gate stops in any case, and the next start compares what is left with the last signed head.
        }

        Fail(new LedgerFatal(
            $"{missing} was removed, emptied or replaced while the gate ran, so what it writes would be lost. The gate "
            + "stops. Find out who did it, then start it again.", 0, 0));
        return LedgerRefusal.Stopped;
    }

    // What this process knows of the tree is the past: whatever it wrote now would contradict what the other writes.
    private LedgerRefusal StopFenced(LeaseLostException lost)
    {
        Fail(new LedgerFatal(
            $"{lost.Message} The home is {_home.Path}. The gate stops. Find out who writes there, then start one of "
            + "them.", 0, 0));
        return LedgerRefusal.Fenced;
    }

    private LedgerRefusal TryOpen()
    {
        _lastAttempt = _time.GetTimestamp();
        try
        {
            _store = OpenStore.Open(_home, _settings, _keys, Clock.Now);
        }
        catch (Exception e) when (e is IOException or SqliteFaultException)
        {
            var refusal = e is SqliteFaultException fault
                ? StoreFault.Classify(fault.Code, fault.Errno)
                : StoreFault.Classify((IOException)e);
            if (refusal == LedgerRefusal.Stopped)
                throw new HomeException($"Cannot open the ledger in {_home.Path}: {e.Message}", e);
            Status.SetWaiting(refusal, _home.Path);
            return refusal;
        }

        Clock.Start(_store.Tip.LastTime, _store.Clock);
        // What is there counts from the first call on.
        Usage.Set(_store.UsedBytes);
        FindOpen(_store.OpenExchanges);
        Status.SetWriting(_store.Tip.Frontier.Size);
        Volatile.Write(ref _keys, _store.Keys);
        Volatile.Write(ref _lease, _store.Lease);
        return LedgerRefusal.None;
    }

    // At the start every open exchange is a crash's. Later only those are closed that a failed commit may have stored,
    // and those whose outcome could not be written.
    private void FindOpen(IReadOnlyList<string> open)
    {
        if (!_wasOpened)
        {
            foreach (var exchange in open)
                _toSeal[exchange] = "gate-stopped";
        }

        _wasOpened = true;
    }

    // Ends a failed transaction and finds out what is on disk. Never tries the same write again.
    private LedgerRefusal Recover(SqliteFaultException fault, List<AppendWork> works)
    {
        var refusal = StoreFault.Classify(fault.Code, fault.Errno);
        if (refusal != LedgerRefusal.Stopped)
        {
            try
            {
                _store!.Tables.Rollback();
                if (refusal == LedgerRefusal.ReadOnly || fault.Code == SQLitePCL.raw.SQLITE_IOERR_SHMSIZE)
                    CloseWith(works);
                else if (_store.Tables.CountLeaves() > _store!.Tip.Frontier.Size)
                    TakeStored(works);
                Status.SetWaiting(refusal, _home.Path);
                return refusal;
            }
            catch (Exception e) when (e is SqliteFaultException or HomeException)
            {
                fault = e as SqliteFaultException ?? new SqliteFaultException(e.Message, 0, 0);
                var again = e is SqliteFaultException
                    ? StoreFault.Classify(fault.Code, fault.Errno)
                    : LedgerRefusal.Stopped;
                if (again != LedgerRefusal.Stopped)
                {
                    CloseWith(works);
                    Status.SetWaiting(again, _home.Path);
                    return again;
                }
            }
        }

        var message = new StringBuilder("The ledger in ").Append(_home.Path).Append(" failed: ").Append(fault.Message)
            .Append(" The gate stops. Check the disk, then start it again.").ToString();
        Fail(new LedgerFatal(message, fault.Code, fault.Errno));
        return LedgerRefusal.Stopped;
    }

    // The commit failed and yet its entries are on disk. Their callers are refused, so what they began is closed.
    private void TakeStored(List<AppendWork> works)
    {
        _store!.Tip.Extend(_store!.Tables);
        Clock.SetLastEntry(_store.Tip.LastTime);
        Suspect(works);
        FindOpen(_store!.Tables.Exchanges.Open());
    }

    private void CloseWith(List<AppendWork> works)
    {
        Suspect(works);
        Close();
    }

    private void Suspect(List<AppendWork> works)
    {
        foreach (var work in works)
        {
            if (work.Entry is RequestEntry)
                _toSeal.TryAdd(work.Entry.Id, NotRecorded);
        }
    }

    private void Decide(List<AppendWork> works, LedgerRefusal refusal)
    {
        foreach (var work in works)
            work.Result = AppendResult.Refused(refusal);
        Finish(works);
    }

    private void Finish(List<AppendWork> works)
    {
        long cost = 0;
        foreach (var work in works)
            cost += work.Cost;
        Queue.Release(works.Count, cost);
        CompletedBatch.Dispatch(works);
    }

    private void Close()
    {
        _store?.Dispose();
        _store = null;
    }
}
