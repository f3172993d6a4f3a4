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
    private DateTimeOffset _now;

    /// <summary>Writes a batch inside an open transaction.</summary>
    /// <param name="store">Where to.</param>
    /// <param name="toSeal">Exchanges that a crash left open.</param>
    /// <param name="works">The appends; each is given its result.</param>
    public void Write(OpenStore store, List<string> toSeal, List<AppendWork> works)
    {
        _tentative.CopyFrom(store.Tip.Frontier);
        var read = clock.Read();
        _now = clock.Now;
        LedgerTime.Write(_now, _timeText);
        if (read is { IsJump: true })
            store.Tables.SetFlag(Purger.HaltFlag, 1);
        if (read is { } moved && moved.Expected != moved.Seen)
            _steps.Add((moved.Expected, moved.Seen));
        WriteUnasked(store, toSeal);
        foreach (var work in works)
            Write(store, work);
        usage.Sample(store.Tables, _now);
    }

    /// <summary>The commit worked: the tree is now as written.</summary>
    public void Accept(OpenStore store)
    {
        store.Tip.Frontier.CopyFrom(_tentative);
        clock.SetLastEntry(_now);
        _steps.Clear();
    }

    // Steps of the clock, and exchanges that a crash left open.
    private void WriteUnasked(OpenStore store, List<string> toSeal)
    {
        foreach (var (expected, seen) in _steps)
            WriteOwn(store, new ClockStepEntry { Id = NewId(EntryId.ClockStep), Expected = expected, Seen = seen });
        foreach (var exchange in toSeal)
        {
            WriteOwn(store, new OutcomeEntry
            {
                Id = NewId(EntryId.Outcome),
                Of = exchange,
                Outcome = ExchangeOutcome.Interrupted,
                Reason = "gate-stopped",
            });
        }
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

        var leaf = (_tentative.Size, _now);
        if (work.StateChange is { } change && !StateChangeRunner.TryApply(store.Tables, change, leaf, work))
            return;
        Insert(store.Tables, work);
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
        work.Result = new AppendResult(LedgerRefusal.None, index, _now);
    }
}
