namespace Gatehouse.Storage;

/// <summary>What became of a request for room.</summary>
internal enum RoomGrant
{
    Taken,

    /// <summary>All of it is in use.</summary>
    Full,

    /// <summary>It is more than one owner may ever hold.</summary>
    NeverFits,

    /// <summary>The owner itself holds as much as one owner may.</summary>
    ShareSpent,
}

/// <summary>
/// Room in bytes, and in places, that many share; it is given out first come, first served, and who finds none waits a
/// bounded time. An owner may hold at most three times what stays free: one alone gets three quarters of the room,
/// several get less each, and the next owner always finds some.
/// </summary>
internal sealed class SharedRoom(long bytesMax, TimeProvider time)
{
    private const int SharesOfFree = 3;

    // The first of those who wait for each other waits three times: the others give up meanwhile.
    private const int TurnsMax = 3;

    private readonly Lock _lock = new();
    private readonly LinkedList<Waiter> _waiters = new();
    private readonly Dictionary<string, long> _held = new(StringComparer.Ordinal);
    private long _used;
    private int _places;
    private long _gaveUp;

    /// <summary>How long a call or an append waits for room before it is refused.</summary>
    public static TimeSpan WaitMax { get; } = TimeSpan.FromSeconds(2);

    /// <summary>How many may hold a place at once.</summary>
    public int PlacesMax { get; init; } = int.MaxValue;

    /// <summary>Whether an empty room takes even what is larger than all of it.</summary>
    public bool TakesOversize { get; init; }

    public long BytesMax => bytesMax;

    /// <summary>What one owner may hold while nobody else holds anything.</summary>
    public long ShareMax => bytesMax / (SharesOfFree + 1) * SharesOfFree;

    public long Used => Volatile.Read(ref _used);

    public int Places => Volatile.Read(ref _places);

    /// <summary>Takes room if there is some and nobody with a claim to it waits.</summary>
    public bool TryTake(long bytes, string? owner = null, int places = 0)
    {
        lock (_lock)
        {
            var wanted = new Waiter(bytes, owner, places, null!);
            if (IsBehind_NeedsLock(owner) || Judge_NeedsLock(wanted) != RoomGrant.Taken) return false;
            Take_NeedsLock(wanted);
            return true;
        }
    }

    /// <summary>
    /// Waits for room as long as is said. Owners that grow may wait for each other; were all of them refused, a try of
    /// all at once would never succeed. So the first of them waits on, until the others have given back what they hold.
    /// </summary>
    public async ValueTask<RoomGrant> TakeAsync(
        long bytes, string? owner, int places, TimeSpan wait, CancellationToken stop)
    {
        var wanted = new Waiter(
            bytes, owner, places, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        LinkedListNode<Waiter> node;
        lock (_lock)
        {
            var grant = Judge_NeedsLock(wanted);
            if (!IsBehind_NeedsLock(owner) && grant == RoomGrant.Taken)
            {
                Take_NeedsLock(wanted);
                return RoomGrant.Taken;
            }
            if (bytes > bytesMax && !TakesOversize) return RoomGrant.Full;
            node = _waiters.AddLast(wanted);
        }
        try
        {
            await WaitInTurnsAsync(node, wait, stop);
            return RoomGrant.Taken;
        }
        catch (Exception error) when (error is TimeoutException or OperationCanceledException)
        {
            lock (_lock)
            {
                // The room came in the moment in which the wait ended.
                var wasGranted = node.List is null;
                if (wasGranted && error is TimeoutException) return RoomGrant.Taken;
                if (wasGranted) Give_NeedsLock(bytes, owner, places);
                else _waiters.Remove(node);
                if (owner is not null) _gaveUp = time.GetTimestamp();
                var grant = Judge_NeedsLock(wanted);
                // A waiter behind this one that needs less gets its turn.
                Grant_NeedsLock();
                if (error is TimeoutException) return grant == RoomGrant.Taken ? RoomGrant.Full : grant;
            }
            throw;
        }
    }

    private async Task WaitInTurnsAsync(LinkedListNode<Waiter> node, TimeSpan wait, CancellationToken stop)
    {
        for (var turn = 1; turn < TurnsMax; turn++)
        {
            var granted = node.Value.Granted.Task;
            await granted.WaitAsync(turn == 1 ? wait : WaitMax, time, stop)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (granted.IsCompleted) return;
            stop.ThrowIfCancellationRequested();
            if (!GoesOn(node)) throw new TimeoutException();
        }
        await node.Value.Granted.Task.WaitAsync(WaitMax, time, stop);
    }

    /// <summary>Whether this is the first of several who wait for each other, or the last one left of them.</summary>
    private bool GoesOn(LinkedListNode<Waiter> node)
    {
        lock (_lock)
        {
            // It was granted just now.
            if (node.List is null) return true;
            // Where nobody owns anything, who waits holds nothing that another one waits for.
            if (node.Value.Owner is not { } owner) return false;
            for (var before = node.Previous; before is not null; before = before.Previous)
            {
                if (before.Value.Owner == owner) return false;
            }
            // A waiter that has just given up gives back in a moment what it holds.
            if (_gaveUp != 0 && time.GetElapsedTime(_gaveUp) < WaitMax) return true;
            if (node.Previous is null) return node.Next is not null;
            for (var behind = node.Next; behind is not null; behind = behind.Next)
            {
                if (behind.Value.Owner == owner) return true;
            }
            return false;
        }
    }

    public void GiveBack(long bytes, string? owner = null, int places = 0)
    {
        if (bytes == 0 && places == 0) return;
        lock (_lock)
        {
            Give_NeedsLock(bytes, owner, places);
            Grant_NeedsLock();
        }
    }

    /// <summary>Only who has the same owner is waited behind, or everybody where nobody owns anything.</summary>
    private bool IsBehind_NeedsLock(string? owner)
    {
        if (owner is null) return _waiters.Count > 0;
        for (var node = _waiters.First; node is not null; node = node.Next)
        {
            if (node.Value.Owner == owner) return true;
        }
        return false;
    }

    private RoomGrant Judge_NeedsLock(Waiter wanted)
    {
        var free = bytesMax - _used - wanted.Bytes;
        var fits = (free >= 0 || (TakesOversize && _used == 0)) && _places + wanted.Places <= PlacesMax;
        if (wanted.Owner is null) return fits ? RoomGrant.Taken : RoomGrant.Full;
        var held = _held.GetValueOrDefault(wanted.Owner);
        if (fits && held + wanted.Bytes <= SharesOfFree * free) return RoomGrant.Taken;
        return held == 0 ? RoomGrant.Full : RoomGrant.ShareSpent;
    }

    private void Take_NeedsLock(Waiter wanted)
    {
        _used += wanted.Bytes;
        _places += wanted.Places;
        if (wanted.Owner is { } owner) _held[owner] = _held.GetValueOrDefault(owner) + wanted.Bytes;
    }

    private void Give_NeedsLock(long bytes, string? owner, int places)
    {
        _used -= bytes;
        _places -= places;
        if (owner is null) return;
        var left = _held.GetValueOrDefault(owner) - bytes;
        if (left > 0) _held[owner] = left;
        else _held.Remove(owner);
    }

    private void Grant_NeedsLock()
    {
        HashSet<string>? passedOver = null;
        for (var node = _waiters.First; node is not null;)
        {
            var (next, waiter) = (node.Next, node.Value);
            if (waiter.Owner is not { } owner || passedOver is null || !passedOver.Contains(owner))
            {
                if (Judge_NeedsLock(waiter) == RoomGrant.Taken)
                {
                    Take_NeedsLock(waiter);
                    _waiters.Remove(node);
                    waiter.Granted.SetResult();
                }
                else if (waiter.Owner is null)
                {
                    return;
                }
                else
                {
                    (passedOver ??= new HashSet<string>(StringComparer.Ordinal)).Add(waiter.Owner);
                }
            }
            node = next;
        }
    }

    private readonly record struct Waiter(long Bytes, string? Owner, int Places, TaskCompletionSource Granted);
}

/// <summary>What one call holds of a room. It grows, shrinks, and is given back whole.</summary>
internal sealed class RoomHold(SharedRoom room, string owner) : IDisposable
{
    private long _bytes;

    /// <summary>What one owner may hold at most, of how much.</summary>
    public (long Share, long All) Limits => (room.ShareMax, room.BytesMax);

    public ValueTask<RoomGrant> GrowToAsync(long bytes, TimeSpan wait, CancellationToken stop)
    {
        var more = bytes - _bytes;
        if (bytes > room.ShareMax) return new ValueTask<RoomGrant>(RoomGrant.NeverFits);
        if (more > 0 && !room.TryTake(more, owner)) return WaitAsync(more, wait, stop);
        if (more > 0) _bytes += more;
        return new ValueTask<RoomGrant>(RoomGrant.Taken);
    }

    public void ShrinkTo(long bytes)
    {
        if (bytes >= _bytes) return;
        room.GiveBack(_bytes - bytes, owner);
        _bytes = bytes;
    }

    public void Dispose() => ShrinkTo(0);

    private async ValueTask<RoomGrant> WaitAsync(long more, TimeSpan wait, CancellationToken stop)
    {
        var grant = await room.TakeAsync(more, owner, places: 0, wait, stop);
        if (grant == RoomGrant.Taken) _bytes += more;
        return grant;
    }
}

/// <summary>
/// How much memory requests, answers and entries on their way to the disk may take: 64 MiB each where there is enough,
/// less in a small container, so that all of them together fit with the process itself.
/// </summary>
internal sealed record MemoryShares(long BodyBytes, long AnswerBytes, long QueueBytes)
{
    private const long BytesMax = 64L << 20;

    /// <summary>
    /// How long an answer waits for room. A model has worked on it: that is worth a longer wait than a request is.
    /// </summary>
    public TimeSpan AnswerWait { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Less than this fits no ordinary call.</summary>
    private const long BytesMin = 4L << 20;

    /// <summary>
    /// Shares of a process whose heap may have so many bytes: three quarters of a container's memory.
    /// </summary>
    public static MemoryShares Of(long available)
    {
        var room = Math.Clamp(available / 4, BytesMin, BytesMax);
        return new MemoryShares(room, room, Math.Clamp(available / 8, BytesMin, BytesMax));
    }

    /// <summary>Shares of what the machine has, or the container, or `ulimit -v` allows.</summary>
    public static MemoryShares OfThisProcess()
    {
        var available = GC.GetGCMemoryInfo(GCKind.Any).TotalAvailableMemoryBytes;
        return Of(available > 0 ? available : long.MaxValue);
    }
}
