namespace Gatehouse.Storage;

/// <summary>
/// What waits for the writer: appends, bounded in number and bytes, and jobs that are not appends. Room is held from
/// the moment it is reserved until the append is decided.
/// </summary>
internal sealed class AppendQueue(TimeProvider time)
{
    // Chosen so that a burst of small calls and two of the largest bodies fit.
    private const int CountMax = 4_096;
    private const long BytesMax = 64L << 20;

    // Foundations: a full queue is waited for this long, then the caller gets a 503.
    private static readonly TimeSpan WaitMax = TimeSpan.FromSeconds(2);

    private readonly object _lock = new();
    private readonly LinkedList<(long Cost, TaskCompletionSource Granted)> _waiters = new();
    private List<AppendWork> _appends = [];
    private List<Action> _jobs = [];
    private int _count;
    private long _bytes;
    private bool _closed;

    /// <summary>Appends that hold room.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Takes room if there is some and nobody waits for it.</summary>
    public bool TryReserve(long cost)
    {
        lock (_lock)
            return _waiters.Count == 0 && TryTakeNeedsLock(cost);
    }

    /// <summary>Waits up to two seconds for room, first come, first served. False if there was none.</summary>
    public async Task<bool> ReserveAsync(long cost, CancellationToken cancellation)
    {
        var granted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        LinkedListNode<(long, TaskCompletionSource)> node;
        lock (_lock)
        {
            if (_waiters.Count == 0 && TryTakeNeedsLock(cost))
                return true;
            node = _waiters.AddLast((cost, granted));
        }

        try
        {
            await granted.Task.WaitAsync(WaitMax, time, cancellation);
            return true;
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            lock (_lock)
            {
                if (node.List is not null)
                    _waiters.Remove(node);
                else if (e is TimeoutException)
                    return true;
                else
                    ReleaseNeedsLock(1, cost);
            }

            if (e is OperationCanceledException)
                throw;
            return false;
        }
    }

    /// <summary>Gives room back.</summary>
    public void Release(int count, long cost)
    {
        lock (_lock)
            ReleaseNeedsLock(count, cost);
    }

    /// <summary>Hands an append with room to the writer. False if the writer takes no more.</summary>
    public bool TryEnqueue(AppendWork work)
    {
        lock (_lock)
        {
            if (_closed)
                return false;
            _appends.Add(work);
            if (_appends.Count == 1)
                Monitor.Pulse(_lock);
            return true;
        }
    }

    /// <summary>Hands a job to the writer. False if the writer takes no more.</summary>
    public bool TryEnqueue(Action job)
    {
        lock (_lock)
        {
            if (_closed)
                return false;
            _jobs.Add(job);
            Monitor.Pulse(_lock);
            return true;
        }
    }

    /// <summary>Waits for something to do and takes all of it. False once closed and empty.</summary>
    public bool Take(ref List<AppendWork> appends, ref List<Action> jobs)
    {
        lock (_lock)
        {
            while (_appends.Count == 0 && _jobs.Count == 0)
            {
                if (_closed)
                    return false;
                Monitor.Wait(_lock);
            }

            (appends, _appends) = (_appends, appends);
            (jobs, _jobs) = (_jobs, jobs);
            return true;
        }
    }

    /// <summary>Takes no more; what is queued is still written.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _closed = true;
            Monitor.PulseAll(_lock);
        }
    }

    private void ReleaseNeedsLock(int count, long cost)
    {
        _count -= count;
        _bytes -= cost;
        while (_waiters.First is { } first && TryTakeNeedsLock(first.Value.Cost))
        {
            _waiters.RemoveFirst();
            first.Value.Granted.SetResult();
        }
    }

    // One append larger than the whole bound still passes, alone.
    private bool TryTakeNeedsLock(long cost)
    {
        if (_count > 0 && (_count >= CountMax || _bytes + cost > BytesMax))
            return false;
        _count++;
        _bytes += cost;
        return true;
    }
}
