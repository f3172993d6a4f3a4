using System.Collections.Concurrent;
using Gatehouse.Core.Ledger;

namespace Gatehouse.Storage;

/// <summary>
/// Walks all leaves once: one thread reads and hashes, the other compares. Stops at the first leaf that is wrong.
/// </summary>
internal sealed class TreeCheck(string origin, long leaves, IReadOnlyList<SignedHead> heads)
{
    // Batches in memory at once: enough that neither thread waits for the other for long.
    private const int BatchesMax = 6;

    private readonly Frontier _tree = new();
    private readonly byte[] _origin = JsonText(origin);
    private readonly byte[] _lastTime = new byte[LedgerTime.Length];
    private static readonly Comparer<(long Index, PurgeEntry Purge)> ByIndex =
        Comparer<(long Index, PurgeEntry Purge)>.Create((left, right) => left.Index.CompareTo(right.Index));

    // Unsigned entries are signed within seconds. Each gap between two of them counts for little, so that a machine
    // that slept and a start after a crash accuse nobody.
    private static readonly TimeSpan UnsignedMax = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan GapMax = TimeSpan.FromSeconds(5);

    private readonly List<(long Index, PurgeEntry Purge)> _purges = [];
    private readonly List<(long Index, long Since, TimeSpan Ahead)> _steps = [];
    private readonly ClockSpans _spans = new();
    private DateTimeOffset[] _dueAfter = [];
    private int _nextHead;
    private TimeSpan _unsigned;
    private VerifyFault? _fault;

    /// <summary>The first thing that is wrong; null if nothing is.</summary>
    public VerifyFault? Fault => _fault;

    /// <summary>Leaves under the newest head that agrees.</summary>
    public long SignedTo { get; private set; }

    /// <summary>Leaves at the start of the log that have no text.</summary>
    public long Pruned { get; private set; }

    /// <summary>
    /// True if a signed purge says that what a leaf kept until <paramref name="expires"/> may be gone: one that came
    /// after the leaf, when the time was up by the clock that stamped it.
    /// </summary>
    public bool MayBePurged(long index, DateTimeOffset expires)
    {
        var at = _purges.BinarySearch((index, null!), ByIndex);
        at = at < 0 ? ~at : at + 1;
        return at < _dueAfter.Length && expires - _spans.AheadOf(index) <= _dueAfter[at];
    }

    /// <summary>True if what is missing may only be newer than the log that was read.</summary>
    public bool IsCoverageFault { get; private set; }

    public void Run(string path, CancellationToken cancellation)
    {
        using var full = new BlockingCollection<LeafBatch>(BatchesMax);
        using var empty = new BlockingCollection<LeafBatch>();
        Exception? failure = null;
        var reader = new Thread(() => failure = Read(path, full, empty, cancellation)) { IsBackground = true };
        reader.Start();
        CompareHeads();
        foreach (var batch in full.GetConsumingEnumerable(CancellationToken.None))
        {
            for (var at = 0; at < batch.Count && _fault is null; at++)
                Check(batch, at);
            if (_fault is not null)
                empty.CompleteAdding();
            else
                empty.Add(batch, CancellationToken.None);
        }

        reader.Join();
        cancellation.ThrowIfCancellationRequested();
        if (failure is not null)
            throw new HomeException($"Cannot read the ledger {path}: {failure.Message}", failure);
        CheckEnd();
    }

    private Exception? Read(
        string path,
        BlockingCollection<LeafBatch> full,
        BlockingCollection<LeafBatch> empty,
        CancellationToken cancellation)
    {
        try
        {
            using var connection = StoreConnection.OpenReader(path);
            using var select = new SqlStatement(
                connection,
                "SELECT idx, hash, leaf FROM ledger_entry WHERE log = 1 AND idx >= ?1 AND idx < ?2 "
                + "ORDER BY idx LIMIT ?3");
            var (next, made) = (0L, 0);
            while (next < leaves && !cancellation.IsCancellationRequested)
            {
                if (!empty.TryTake(out var batch, made < BatchesMax ? 0 : -1, cancellation))
                {
                    // Closed: the other thread found a fault and wants no more.
                    if (made == BatchesMax || empty.IsAddingCompleted)
                        break;
                    batch = new LeafBatch();
                    made++;
                }

                batch.Clear();
                select.Bind(1, next).Bind(2, leaves).Bind(3, LeafBatch.LeavesMax);
                while (select.Step())
                    batch.Add(select);
                if (batch.Count == 0)
                    break;
                next = batch.IndexOf(batch.Count - 1) + 1;
                full.Add(batch, cancellation);
            }

            return null;
        }
        catch (Exception e) when (e is SqliteFaultException or HomeException or OperationCanceledException)
        {
            return e;
        }
        finally
        {
            full.CompleteAdding();
        }
    }

    private void Check(LeafBatch batch, int at)
    {
        var index = _tree.Size;
        if (batch.IndexOf(at) != index)
        {
            Fail(index, $"Leaf {index} is missing.");
            return;
        }

        if (batch.HashOf(at) is not { } hash)
        {
            Fail(index, $"The hash of leaf {index} is not a hash.");
            return;
        }

        if (batch.IsPruned(at))
        {
            if (Pruned != index)
                Fail(index, $"Leaf {index} has no text, but earlier leaves have theirs.");
            Pruned = index + 1;
        }
        else
        {
            CheckLeaf(index, batch.LeafOf(at), batch.ComputedOf(at) == hash);
        }

        _tree.Append(hash);
        CompareHeads();
    }

    private void CheckLeaf(long index, ReadOnlySpan<byte> leaf, bool isHashed)
    {
        if (!isHashed)
            Fail(index, $"Leaf {index} does not match its hash.");
        else if (!LeafHeader.TryRead(leaf, out var header))
            Fail(index, $"Leaf {index} is not a canonical leaf.");
        else if (!header.Log.SequenceEqual(_origin))
            Fail(index, $"Leaf {index} is of another log.");
        else if (header.Index != index)
            Fail(index, $"Leaf {index} was written as leaf {header.Index}.");
        else
            Take(index, leaf, header);
    }

    private void CountUnsigned(long index, in LeafHeader header)
    {
        // The gap before a step of the clock is not time that passed.
        if (index == SignedTo || header.Kind.SequenceEqual("clock_step"u8))
            return;
        if (LedgerTime.TryParse(_lastTime, out var before) && LedgerTime.TryParse(header.Time, out var time))
            _unsigned += TimeSpan.FromTicks(Math.Min((time - before).Ticks, GapMax.Ticks));
    }

    private void Take(long index, ReadOnlySpan<byte> leaf, in LeafHeader header)
    {
        if (_nextHead == heads.Count)
            CountUnsigned(index, header);
        var goesBack = header.Time.SequenceCompareTo(_lastTime) < 0;
        try
        {
            if (goesBack && !header.Kind.SequenceEqual("clock_step"u8))
                Fail(index, $"Leaf {index} is older than the one before it.");
            else if (goesBack)
                TakeStep(index, Leaf.Parse(leaf.ToArray()));
            else if (header.Kind.SequenceEqual("purge"u8) && Leaf.Parse(leaf.ToArray()).Entry is PurgeEntry purge)
                _purges.Add((index, purge));
            header.Time.CopyTo(_lastTime);
        }
        catch (FormatException e)
        {
            Fail(index, $"Leaf {index} cannot be read: {e.Message}");
        }
    }

    // Time goes back only where a step of the clock says so, and by no more than it says.
    private void TakeStep(long index, Leaf leaf)
    {
        if (leaf.Entry is ClockStepEntry { Since: { } since, AheadMilliseconds: { } ahead } && since < index
            && LedgerTime.TryParse(_lastTime, out var last)
            && last - leaf.Time <= TimeSpan.FromMilliseconds(ahead))
        {
            _steps.Add((index, since, TimeSpan.FromMilliseconds(ahead)));
        }
        else
        {
            Fail(index, $"Leaf {index} is older than the one before it, and does not say by how much.");
        }
    }

    private void CompareHeads()
    {
        while (_nextHead < heads.Count && heads[_nextHead].Checkpoint.Size == _tree.Size)
        {
            var head = heads[_nextHead++];
            if (_tree.Root() != head.Checkpoint.Root)
            {
                Fail(SignedTo, $"The checkpoint{head.Where} of {_tree.Size} leaves has another root: "
                    + $"something between leaf {SignedTo} and leaf {_tree.Size} was changed.");
            }
            else if (head.Frontier is { } frontier && !frontier.AsSpan().SequenceEqual(_tree.ToBytes()))
            {
                Fail(-1, $"The tree stored beside the checkpoint of {_tree.Size} leaves was changed.");
            }
            else
            {
                SignedTo = _tree.Size;
            }
        }
    }

    private void CheckEnd()
    {
        if (_fault is not null)
            return;
        if (_tree.Size < leaves)
            Fail(_tree.Size, $"Leaf {_tree.Size} is missing.");
        if (_nextHead < heads.Count)
        {
            var head = heads[_nextHead];
            Fail(_tree.Size,
                $"A checkpoint{head.Where} covers {head.Checkpoint.Size} leaves, but only {_tree.Size} are here: "
                + "the end was cut off, or the database is an older copy.");
        }

        if (_unsigned > UnsignedMax)
        {
            IsCoverageFault = _fault is null;
            Fail(SignedTo, $"{_tree.Size - SignedTo} entries from leaf {SignedTo} on are not signed, and more time "
                + "passed between them than between two signatures: checkpoints were removed.");
        }

        // Only what is under a signature may explain that something is gone.
        _purges.RemoveAll(found => found.Index >= SignedTo);
        _dueAfter = new DateTimeOffset[_purges.Count];
        for (var i = _purges.Count - 1; i >= 0; i--)
        {
            var due = _purges[i].Purge.DueBefore;
            _dueAfter[i] = i + 1 < _purges.Count && _dueAfter[i + 1] > due ? _dueAfter[i + 1] : due;
        }

        foreach (var (index, since, ahead) in _steps.Where(found => found.Index < SignedTo))
            _spans.Add(since, index, ahead);
        var floor = _purges
            .Select(found => found.Purge.LeavesBelow).DefaultIfEmpty().Max();
        if (Pruned > floor && _fault is null)
        {
            IsCoverageFault = true;
            Fail(floor, $"Leaf {floor} has no text, and no purge on record says so.");
        }
    }

    private void Fail(long index, string what) => _fault ??= new VerifyFault(index, what);

    // The log's name as it stands in a leaf, escapes included.
    private static byte[] JsonText(string text)
    {
        var writer = new CanonicalWriter(LeafDraft.LeafBytesMax);
        writer.String(text);
        return writer.Written[1..^1].ToArray();
    }
}
