namespace Gatehouse.Gate;

/// <summary>
/// The bytes that bodies in flight may hold together. A call that finds no room waits a while, then is refused:
/// memory is bounded by this number, not by what callers send.
/// </summary>
internal sealed class MemoryBudget(long bytesMax, TimeProvider time)
{
    /// <summary>How long a call waits for room before it gets 503 (foundations: "then wait, then 503").</summary>
    private static readonly TimeSpan WaitMax = TimeSpan.FromSeconds(2);

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
                if (node.List is not null) _waiting.Remove(node);
                // The room came while the wait was given up: hand it back.
                else GiveBack_NeedsLock(bytes);
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
