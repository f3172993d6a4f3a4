namespace Gatehouse.Storage;

/// <summary>How the writer is, for others to read. Written by the writer's thread.</summary>
internal sealed class WriterStatus
{
    private readonly Lock _lock = new();
    private LedgerState _state = LedgerState.Waiting;
    private LedgerRefusal _refusal = LedgerRefusal.Stopped;
    private string _reason = "The ledger is not open yet.";
    private long _entries;

    public LedgerState State
    {
        get
        {
            lock (_lock)
                return _state;
        }
    }

    /// <summary>Why it refuses while waiting or stopped.</summary>
    public LedgerRefusal Refusal
    {
        get
        {
            lock (_lock)
                return _refusal;
        }
    }

    /// <summary>Number of leaves.</summary>
    public long Entries => Interlocked.Read(ref _entries);

    public (LedgerState State, string Reason) Read()
    {
        lock (_lock)
            return (_state, _reason);
    }

    public void SetWriting(long entries)
    {
        Interlocked.Exchange(ref _entries, entries);
        lock (_lock)
        {
            if (_state != LedgerState.Stopped)
                (_state, _refusal, _reason) = (LedgerState.Writing, LedgerRefusal.None, "");
        }
    }

    public void SetWaiting(LedgerRefusal refusal, string home)
    {
        var reason = refusal switch
        {
            LedgerRefusal.DiskFull => $"The disk with {home} is full. Free some space; the gate goes on by itself.",
            LedgerRefusal.NoDescriptors =>
                "This process has no file descriptor left. Raise its limit (LimitNOFILE, ulimit -n); the gate goes on "
                + "by itself.",
            LedgerRefusal.ReadOnly =>
                $"The disk with {home} is read-only. Make it writable; the gate goes on by itself.",
            _ => $"Another program holds the ledger in {home} locked. The gate goes on once it lets go.",
        };
        lock (_lock)
        {
            if (_state != LedgerState.Stopped)
                (_state, _refusal, _reason) = (LedgerState.Waiting, refusal, reason);
        }
    }

    /// <summary>False if it had stopped before.</summary>
    public bool TryFail(string reason)
    {
        lock (_lock)
        {
            if (_state == LedgerState.Stopped)
                return false;
            (_state, _refusal, _reason) = (LedgerState.Stopped, LedgerRefusal.Stopped, reason);
            return true;
        }
    }
}
