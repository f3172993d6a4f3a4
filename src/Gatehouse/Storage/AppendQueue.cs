using System.Buffers;
using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Threading.Tasks.Sources;
using Gatehouse.Core.Ledger;
using Gatehouse.Linux;

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

/// <summary>What became of an append.</summary>
/// <param name="Refusal">None if the entry is durable, else why it is not written.</param>
/// <param name="Index">The leaf's index; -1 if refused.</param>
/// <param name="Time">The leaf's time.</param>
internal readonly record struct AppendResult(LedgerRefusal Refusal, long Index, DateTimeOffset Time)
{
    /// <summary>Bytes of its leaf and its sealed payloads.</summary>
    public long StoredBytes { get; init; }

    /// <summary>True if the entry is on disk.</summary>
    public bool IsDurable => Refusal == LedgerRefusal.None;

    public static AppendResult Refused(LedgerRefusal refusal) => new(refusal, -1, default);
}

/// <summary>One append on its way to the disk, and what its caller awaits. Pooled.</summary>
internal sealed class AppendWork : IValueTaskSource<AppendResult>
{
    // As many as the queue holds; more would only be kept after a burst.
    private const int PoolMax = 4_096;

    // Bytes of an ordinary leaf, and of the largest whose buffer is kept: thousands of full ones would be 500 MB.
    private const int UsualLeaf = 1024;
    private const int KeptLeafMax = 8 * 1024;

    private static readonly ConcurrentQueue<AppendWork> Pool = new();

    private ManualResetValueTaskSourceCore<AppendResult> _source = new() { RunContinuationsAsynchronously = false };

    private AppendWork()
    {
    }

    /// <summary>The leaf, all but its index and time, at the start of this buffer.</summary>
    public byte[] Leaf { get; private set; } = new byte[UsualLeaf];

    public int LeafLength { get; private set; }

    public LedgerEntry Entry { get; private set; } = null!;

    public List<SealedPart> Parts { get; } = [];

    /// <summary>What it was made from; its payloads' memory is the caller's until the append is decided.</summary>
    public LedgerDraft Draft { get; private set; } = null!;

    /// <summary>The time from which it counts how long things are kept.</summary>
    public DateTimeOffset EncodedAt { get; private set; }

    /// <summary>Bytes that it adds to the ledger at an index: its leaf and its sealed payloads.</summary>
    public long StoredBytesAt(long index)
    {
        long bytes = LeafLength + LeafDraft.TailLengthOf(index);
        foreach (var part in Parts)
            bytes += part.Sealed.Length;
        return bytes;
    }

    public StateChange? StateChange { get; private set; }

    /// <summary>Bytes that it counts for in the queue.</summary>
    public long Cost { get; private set; }

    /// <summary>What became of it, decided before the caller is told.</summary>
    public AppendResult Result { get; set; }

    /// <summary>What its state change threw; the caller gets it instead of a result.</summary>
    public Exception? Failure { get; set; }

    public static AppendWork Rent(LedgerDraft draft, DateTimeOffset now, long cost)
    {
        if (!Pool.TryDequeue(out var work))
            work = new AppendWork();
        (work.Draft, work.EncodedAt, work.Cost) = (draft, now, cost);
        (work.Entry, work.StateChange) = (draft.Entry, draft.StateChange);
        (work.Result, work.Failure) = (default, null);
        return work;
    }

    /// <summary>Memory for a sealed payload; a large one lies in pages that go back to the system.</summary>
    public static Memory<byte> RentBuffer(int length, out MappedMemory? pages)
    {
        pages = length <= PooledBytes.RentedMax ? null : new MappedMemory(length);
        return (pages?.Memory ?? ArrayPool<byte>.Shared.Rent(length))[..length];
    }

    public void SetLeaf(ReadOnlySpan<byte> leaf)
    {
        if (Leaf.Length < leaf.Length + LeafDraft.TailBytesMax)
            Leaf = new byte[leaf.Length * 2 + LeafDraft.TailBytesMax];
        leaf.CopyTo(Leaf);
        LeafLength = leaf.Length;
    }

    /// <summary>Takes leaf and payloads from the same draft as encoded at another time.</summary>
    public void TakeOver(AppendWork again)
    {
        FreeBuffers();
        (Leaf, LeafLength, EncodedAt) = (again.Leaf, again.LeafLength, again.EncodedAt);
        Parts.AddRange(again.Parts);
        again.Parts.Clear();
        again.Leaf = new byte[1024];
        again.Discard();
    }

    public ValueTask<AppendResult> AsTask() => new(this, _source.Version);

    /// <summary>Tells the caller; nothing here may be touched afterwards.</summary>
    public void Complete()
    {
        FreeParts();
        if (Failure is { } failure && Result.Refusal == LedgerRefusal.None)
            _source.SetException(failure);
        else
            _source.SetResult(Result);
    }

    /// <summary>Puts it back without telling anybody: nobody waits for it.</summary>
    public void Discard()
    {
        FreeParts();
        Return();
    }

    AppendResult IValueTaskSource<AppendResult>.GetResult(short token)
    {
        try
        {
            return _source.GetResult(token);
        }
        finally
        {
            Return();
        }
    }

    ValueTaskSourceStatus IValueTaskSource<AppendResult>.GetStatus(short token) => _source.GetStatus(token);

    void IValueTaskSource<AppendResult>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);

    private void FreeParts()
    {
        FreeBuffers();
        (Entry, StateChange, Draft) = (null!, null, null!);
    }

    private void FreeBuffers()
    {
        foreach (var part in Parts)
        {
            ((IDisposable?)part.Pages)?.Dispose();
            if (part.Pages is null && MemoryMarshal.TryGetArray(part.Sealed, out var rented))
                ArrayPool<byte>.Shared.Return(rented.Array!);
        }

        Parts.Clear();
    }

    private void Return()
    {
        _source.Reset();
        if (Leaf.Length > KeptLeafMax)
            Leaf = new byte[UsualLeaf];
        if (Pool.Count < PoolMax)
            Pool.Enqueue(this);
    }
}
