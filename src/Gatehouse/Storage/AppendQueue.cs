namespace Gatehouse.Storage;

/// <summary>
/// What waits for the writer: appends, bounded in number and bytes, and jobs that are not appends. Room is held from
/// the moment it is reserved until the append is decided.
/// </summary>
internal sealed class AppendQueue(long bytesMax, TimeProvider time)
{
    // Chosen so that a burst of small calls fits.
    private const int CountMax = 4_096;

    private readonly object _lock = new();
    private readonly SharedRoom _room = new(bytesMax, time) { PlacesMax = CountMax, TakesOversize = true };
    private List<AppendWork> _appends = [];
    private List<Action> _jobs = [];
    private bool _closed;

    /// <summary>Appends that hold room.</summary>
    public int Count => _room.Places;

    /// <summary>Takes room if there is some and nobody waits for it.</summary>
    public bool TryReserve(long cost) => _room.TryTake(cost, places: 1);

    /// <summary>Waits up to two seconds for room, first come, first served. False if there was none.</summary>
    public async Task<bool> ReserveAsync(long cost, CancellationToken cancellation) =>
        await _room.TakeAsync(cost, null, places: 1, SharedRoom.WaitMax, cancellation) == RoomGrant.Taken;

    /// <summary>Gives room back.</summary>
    public void Release(int count, long cost) => _room.GiveBack(cost, null, count);

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
}
