namespace Gatehouse.Gate;

/// <summary>
/// The bytes that bodies in flight may hold together. A call that finds no room waits a while, then is refused:
/// memory is bounded by this number, not by what callers send.
/// </summary>
internal sealed class MemoryBudget(long bytesMax, TimeProvider time)
{
    /// <summary>How long a call waits for room before it gets 503 (foundations: "then wait, then 503").</summary>
    private static readonly TimeSpan WaitMax = TimeSpan.FromSeconds(2);

    /// <summary>Foundations: "a global budget of 64 MiB for bodies in flight".</summary>
    public const long BodiesBytesMax = 64L * 1024 * 1024;

    private readonly Lock _gate = new();
    private readonly LinkedList<(long Bytes, TaskCompletionSource Room)> _waiting = new();
    private long _used;

    public long Used => Volatile.Read(ref _used);

    public bool TryTake(long bytes)
    {
        lock (_gate)
        {
            if (_waiting.Count > 0 || !Fits_NeedsLock(bytes)) return false;
            _used += bytes;
            return true;
        }
    }

    public async ValueTask<bool> TakeAsync(long bytes, CancellationToken stop)
    {
        if (bytes > bytesMax) return false;
        LinkedListNode<(long, TaskCompletionSource Room)> node;
        lock (_gate)
        {
            if (_waiting.Count == 0 && Fits_NeedsLock(bytes))
            {
                _used += bytes;
                return true;
            }
            node = _waiting.AddLast(
                (bytes, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)));
        }
        try
        {
            await node.Value.Room.Task.WaitAsync(WaitMax, time, stop);
            return true;
        }
        catch (Exception error) when (error is TimeoutException or OperationCanceledException)
        {
            lock (_gate)
            {
                // The room came in the moment when the wait was given up: it is handed back. Else whoever stood behind
                // this waiter and needs less gets its turn.
                var wasGranted = node.List is null;
                if (!wasGranted) _waiting.Remove(node);
                GiveBack_NeedsLock(wasGranted ? bytes : 0);
            }
            stop.ThrowIfCancellationRequested();
            return false;
        }
    }

    public void GiveBack(long bytes)
    {
        if (bytes == 0) return;
        lock (_gate) GiveBack_NeedsLock(bytes);
    }

    private bool Fits_NeedsLock(long bytes) => _used + bytes <= bytesMax;

    private void GiveBack_NeedsLock(long bytes)
    {
        _used -= bytes;
        while (_waiting.First is { } first && Fits_NeedsLock(first.Value.Bytes))
        {
            _used += first.Value.Bytes;
            _waiting.RemoveFirst();
            first.Value.Room.SetResult();
        }
    }
}
