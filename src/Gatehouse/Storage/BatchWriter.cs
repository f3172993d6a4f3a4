using System.Globalization;
using System.Security.Cryptography;
using Gatehouse.Core.Ledger;

namespace Gatehouse.Storage;

/// <summary>
/// Writes the entries of one transaction. What it learns counts only once the commit is known to have worked; until
/// then the tree stays as it was. Used by the writer's thread.
/// </summary>
internal sealed class BatchWriter(LedgerSettings settings, LedgerClock clock, LedgerUsage usage)
{
    private readonly DraftEncoder _encoder = new(settings);
    private readonly Frontier _tentative = new();
    private readonly byte[] _timeText = new byte[LedgerTime.Length];
    private readonly List<(DateTimeOffset Expected, DateTimeOffset Seen)> _steps = [];
    private LedgerLoss? _recorded;
    private DateTimeOffset _now;
    private (DateTimeOffset Now, TimeSpan By)? _back;
    private ClockMemory _memory;
    private ClockMemory _written;

    /// <summary>Told when time on record has gone back by so much: what a clock stamped that ran ahead.</summary>
    public Action<DateTimeOffset, TimeSpan>? OnTimeWentBack { get; set; }

    /// <summary>Writes a batch inside an open transaction.</summary>
    /// <param name="store">Where to.</param>
    /// <param name="toSeal">Exchanges that nobody closes any more, and why.</param>
    /// <param name="works">The appends; each is given its result.</param>
    public void Write(OpenStore store, Dictionary<string, string> toSeal, List<AppendWork> works)
    {
        _tentative.CopyFrom(store.Tip.Frontier);
        var (reading, step) = clock.Look();
        _now = reading.Now;
        LedgerTime.Write(_now, _timeText);
        if (step is { } moved)
            _steps.Add(moved);
        _memory = clock.MemoryOf(reading);
        if (_memory.Differs(_written))
            _memory.Write(store.Tables);
        WriteUnasked(store, toSeal);
        foreach (var work in works)
            Write(store, work);
        usage.Sample(store.Tables, reading.Confirmed);
    }

    /// <summary>The commit worked: the tree is now as written.</summary>
    public void Accept(OpenStore store)
    {
        if (_tentative.Size > store.Tip.Frontier.Size)
            clock.SetLastEntry(_now);
        store.Tip.Frontier.CopyFrom(_tentative);
        _steps.Clear();
        if (_memory.Differs(_written))
            _written = _memory;
        if (_back is { } back)
            OnTimeWentBack?.Invoke(back.Now, back.By);
        _back = null;
        (_recorded, store.Loss) = (store.Loss ?? _recorded, null);
    }

    /// <summary>The loss that was accepted and is on record.</summary>
    public LedgerLoss? RecordedLoss => _recorded;

    // What is lost and accepted, steps of the clock, and exchanges that nobody closed.
    private void WriteUnasked(OpenStore store, Dictionary<string, string> toSeal)
    {
        var by = clock.LastEntry - _now;
        if (by > TimeSpan.Zero && _steps.Count == 0)
            _steps.Add((clock.LastEntry, _now));
        // A step that this process saw says it exactly; else the last entry does, by which nothing ends too early.
        if (by > TimeSpan.Zero && _steps[^1].Expected - _now > by)
            by = _steps[^1].Expected - _now;
        _back = by > TimeSpan.Zero ? (_now, by) : null;
        foreach (var (expected, seen) in _steps)
        {
            var entry = new ClockStepEntry { Id = NewId(EntryId.ClockStep), Expected = expected, Seen = seen };
            // The first leaf of the batch is the one that is older than the leaf before it.
            WriteOwn(store, by <= TimeSpan.Zero ? entry : GoBack(store.Tables, entry, by));
            by = TimeSpan.Zero;
        }

        if (store.Loss is { } loss)
            WriteOwn(store, ActOf(loss, settings.AcceptLoss!));
        foreach (var (exchange, reason) in toSeal)
        {
            if (!store.Tables.Exchanges.IsOpen(exchange))
                continue;
            WriteOwn(store, new OutcomeEntry
            {
                Id = NewId(EntryId.Outcome),
                Of = exchange,
                Outcome = ExchangeOutcome.Interrupted,
                Reason = reason,
            });
        }
    }

    // What was stamped in the wrong time is known as such from here on; what was to end in it ends that much earlier.
    private ClockStepEntry GoBack(LedgerTables tables, ClockStepEntry entry, TimeSpan by)
    {
        var milliseconds = (long)by.TotalMilliseconds;
        var now = _now.ToUnixTimeMilliseconds();
        var since = ClockSpans.Read(tables.Prepare(ClockSpans.Select))
            .FirstAfter(_now, orAt: false, _tentative.Size, tables.Prepare(ClockSpans.SelectLeaf));
        tables.Prepare("INSERT INTO clock_span (since, until, ahead_ms) VALUES (?1, ?2, ?3)")
            .Bind(1, since).Bind(2, _tentative.Size).Bind(3, milliseconds).Run();
        tables.Prepare("UPDATE token SET issued = issued - ?1, expires = expires - ?1 WHERE issued > ?2")
            .Bind(1, milliseconds).Bind(2, now).Run();
        tables.Prepare("UPDATE held SET created = created - ?1, expires = expires - ?1 WHERE created > ?2")
            .Bind(1, milliseconds).Bind(2, now).Run();
        tables.Prepare("DELETE FROM size_sample WHERE at > ?1").Bind(1, now).Run();
        return entry with { Since = since, AheadMilliseconds = milliseconds };
    }

    private ActEntry ActOf(LedgerLoss loss, LossAcceptance accepted)
    {
        var details = new Dictionary<string, string> { ["what"] = loss.What, ["why"] = accepted.Why };
        if (loss.Head is { } head)
        {
            details["head_size"] = head.Size.ToString(CultureInfo.InvariantCulture);
            details["head_root"] = Convert.ToBase64String(head.Root.ToArray());
        }

        details["found"] = loss.Found.ToString(CultureInfo.InvariantCulture);
        return new ActEntry
        {
            Id = NewId(EntryId.Act),
            Act = "ledger.accept-loss",
            Uid = accepted.Uid,
            Who = accepted.Who,
            Details = details,
        };
    }

    private string NewId(string prefix)
    {
        Span<byte> random = stackalloc byte[EntryId.RandomBytes];
        RandomNumberGenerator.Fill(random);
        return EntryId.Create(prefix, _now, random);
    }

    private void WriteOwn(OpenStore store, LedgerEntry entry)
    {
        var work = _encoder.Encode(new LedgerDraft { Entry = entry }, store.Keys.Days, _now)!;
        Insert(store.Tables, work);
        work.Discard();
    }

    private void Write(OpenStore store, AppendWork work)
    {
        if (!usage.HasRoom(work))
        {
            work.Result = AppendResult.Refused(LedgerRefusal.LedgerFull);
            return;
        }

        if ((work.EncodedAt - _now).Duration() > LedgerClock.JumpMin && !TryEncodeAgain(store, work))
            return;
        if (work.StateChange is { } change)
        {
            var entry = new EntryPlace(_tentative.Size, _now, work.StoredBytesAt(_tentative.Size));
            work.Failure = store.Tables.State.TryApply(change, entry);
            if (work.Failure is not null)
                return;
        }

        Insert(store.Tables, work);
    }

    // The clock jumped between the caller's thread and this one: what it says is kept until when must fit its own time.
    private bool TryEncodeAgain(OpenStore store, AppendWork work)
    {
        try
        {
            work.TakeOver(_encoder.Encode(work.Draft, store.Keys.Days, _now)!);
            return true;
        }
        catch (IOException e) when (StoreFault.Classify(e) is var refusal && refusal != LedgerRefusal.Stopped)
        {
            work.Result = AppendResult.Refused(refusal);
            return false;
        }
    }

    private void Insert(LedgerTables tables, AppendWork work)
    {
        var index = _tentative.Size;
        var leaf = work.Leaf.AsSpan(0, LeafDraft.Finish(work.Leaf, work.LeafLength, index, _timeText));
        var hash = MerkleTree.HashLeaf(leaf);
        tables.InsertLeaf(index, hash, leaf);
        foreach (var part in work.Parts)
            tables.InsertPayload(index, part);
        tables.Exchanges.Project(work.Entry, index, _now);
        _tentative.Append(hash);
        work.Result = new AppendResult(LedgerRefusal.None, index, _now) { StoredBytes = work.StoredBytesAt(index) };
    }
}

/// <summary>
/// Wakes the callers of a committed batch. One work item for many callers instead of one each: waking threads costs
/// more than what the callers do next (measured with bench/gate). The writer's own thread never runs a caller's code.
/// </summary>
internal sealed class CompletedBatch : IThreadPoolWorkItem
{
    // Two items at most, so that two cores share a large batch.
    private const int ShareMin = 8;

    private readonly AppendWork[] _works;

    private CompletedBatch(AppendWork[] works) => _works = works;

    /// <summary>Completes the works on the thread pool. Their callers own them from then on.</summary>
    public static void Dispatch(List<AppendWork> works)
    {
        if (works.Count == 0)
            return;
        var half = works.Count >= ShareMin ? works.Count / 2 : works.Count;
        ThreadPool.UnsafeQueueUserWorkItem(new CompletedBatch(works.GetRange(0, half).ToArray()), preferLocal: false);
        if (half < works.Count)
        {
            var rest = works.GetRange(half, works.Count - half).ToArray();
            ThreadPool.UnsafeQueueUserWorkItem(new CompletedBatch(rest), preferLocal: false);
        }
    }

    /// <inheritdoc/>
    public void Execute()
    {
        foreach (var work in _works)
            work.Complete();
    }
}

/// <summary>Where a test may make a commit fail: with nothing stored, or although everything is.</summary>
internal enum CommitPoint
{
    Before,
    After,
}

/// <summary>Some leaves in a row as read from the database, copied out so that another thread can check them.</summary>
internal sealed class LeafBatch
{
    /// <summary>Leaves in one batch, and in one short read transaction.</summary>
    public const int LeavesMax = 4_096;

    private Row[] _rows = new Row[64];
    private byte[] _bytes = new byte[32_768];

    public int Count { get; private set; }

    public long IndexOf(int at) => _rows[at].Index;

    /// <summary>The hash of the leaf's text: taken by the thread that reads, which has the time for it.</summary>
    public Hash256 ComputedOf(int at) => _rows[at].Computed;

    /// <summary>The stored hash; null if it is no hash at all.</summary>
    public Hash256? HashOf(int at) => _rows[at].Hash;

    /// <summary>True if the leaf has no text any more.</summary>
    public bool IsPruned(int at) => _rows[at].IsPruned;

    public ReadOnlySpan<byte> LeafOf(int at) => _bytes.AsSpan((at == 0 ? 0 : _rows[at - 1].End).._rows[at].End);

    public void Clear() => Count = 0;

    public void Add(SqlStatement row)
    {
        var leaf = row.Blob(2);
        var start = Count == 0 ? 0 : _rows[Count - 1].End;
        if (start + leaf.Length > _bytes.Length)
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, start + leaf.Length));
        leaf.CopyTo(_bytes.AsSpan(start));
        var hash = row.Blob(1);
        if (Count == _rows.Length)
            Array.Resize(ref _rows, _rows.Length * 2);
        var stored = hash.Length == Hash256.Length ? new Hash256(hash) : (Hash256?)null;
        _rows[Count++] = new Row(row.Int64(0), stored, MerkleTree.HashLeaf(leaf), start + leaf.Length, row.IsNull(2));
    }

    private readonly record struct Row(long Index, Hash256? Hash, Hash256 Computed, int End, bool IsPruned);
}
