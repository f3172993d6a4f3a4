using Gatehouse.Core.Ledger;

namespace Gatehouse.Storage;

/// <summary>
/// Deletes what is due, after saying so in the ledger. Every step may be cut off by a crash and is simply done again.
/// </summary>
internal sealed class Purger(
    HomeDirectory home, LedgerSettings settings, SqliteLedger ledger, LedgerWriter writer, CheckpointSigner signer)
    : IDisposable
{
    /// <summary>Name of the flag that halts purging until the clock is confirmed.</summary>
    public const string HaltFlag = "purge_halted";

    // Where pruning stands. Only a hint where to look on: verification reads the purge entries instead.
    private const string PrunedFlag = "leaves_pruned";

    // Rows in one transaction: short enough that appends between them hardly wait.
    private const int RowsMax = 256;

    // Free pages given back in one transaction.
    private const int PagesMax = 512;

    private readonly SemaphoreSlim _one = new(1, 1);
    private volatile bool _isHalted;

    /// <summary>True once a purge found that it has to wait for the clock.</summary>
    public bool IsHalted => _isHalted;

    public async Task<PurgeResult> RunAsync(CancellationToken cancellation)
    {
        await _one.WaitAsync(cancellation);
        try
        {
            return await PurgeAsync(cancellation);
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Lets purging go on after a jump of the clock.</summary>
    public async Task<LedgerRefusal> ConfirmClockAsync()
    {
        var (refusal, _) = await writer.RunAsync(
            tables =>
            {
                tables.SetFlag(HaltFlag, 0);
                return 0;
            },
            inTransaction: true);
        _isHalted &= refusal != LedgerRefusal.None;
        return refusal;
    }

    public void Dispose() => _one.Dispose();

    private async Task<PurgeResult> PurgeAsync(CancellationToken cancellation)
    {
        // The clock is looked at before anything is called due.
        var (refusal, look) = await writer.RunAsync(_ => writer.LookAtClock(), inTransaction: false);
        if (refusal != LedgerRefusal.None || look.Refusal != LedgerRefusal.None)
            return Stopped(refusal != LedgerRefusal.None ? refusal : look.Refusal);
        var halted = look.IsHalted;
        if (halted && settings.IsClockSynchronised())
            halted = await ConfirmClockAsync() != LedgerRefusal.None;
        _isHalted = halted;
        if (halted)
            return new PurgeResult(0, 0, 0, 0, LedgerRefusal.None, IsHalted: true);

        var now = ledger.Now;
        (refusal, var found) = await writer.RunAsync(tables => (Due(tables, now), tables.Flag(PrunedFlag)), false);
        if (refusal != LedgerRefusal.None)
            return Stopped(refusal);
        var ((payloads, bytes), pruned) = found;
        var below = await Task.Run(() => FindLeavesBelow(pruned, now, cancellation), cancellation);
        var result = new PurgeResult(payloads, below - pruned, 0, 0, LedgerRefusal.None, false);
        if (payloads > 0 || below > pruned)
        {
            var intent = new PurgeEntry
            {
                Id = ledger.NewId(EntryId.Purge),
                DueBefore = now,
                LeavesBelow = below,
                Payloads = payloads,
                PayloadBytes = bytes,
            };
            var written = await ledger.AppendAsync(new LedgerDraft { Entry = intent }, cancellation);
            if (!written.IsDurable)
                return Stopped(written.Refusal);
            // Only a signed intention explains to a verifier why something is gone.
            var signed = await signer.SignAsync(isLast: true, cancellation);
            if (signed.Refusal != LedgerRefusal.None)
                return Stopped(signed.Refusal);
            result = result with { Refusal = await DeleteAsync(now, (pruned, below), cancellation) };
        }

        if (result.Refusal != LedgerRefusal.None)
            return result;
        var keys = writer.Keys!.Days.DeleteBefore(DateOnly.FromDateTime(now.UtcDateTime));
        var (freed, why) = payloads > 0 || below > pruned ? await ShrinkAsync(cancellation) : (0, LedgerRefusal.None);
        return result with { DayKeys = keys, BytesFreed = freed, Refusal = why };
    }

    private static PurgeResult Stopped(LedgerRefusal refusal) => new(0, 0, 0, 0, refusal, false);

    private static (long Count, long Bytes) Due(LedgerTables tables, DateTimeOffset now)
    {
        var select =
            tables.Prepare("SELECT count(*), coalesce(sum(length(sealed)), 0) FROM payload WHERE expires <= ?1")
            .Bind(1, now.ToUnixTimeMilliseconds());
        select.Step();
        var due = (select.Int64(0), select.Int64(1));
        select.Reset();
        return due;
    }

    // Leaves go in order, so the first one that must stay ends it. What no signature covers yet stays too: signing
    // hashes it again.
    private long FindLeavesBelow(long from, DateTimeOffset now, CancellationToken cancellation)
    {
        using var reader = LedgerReader.OpenReadOnly(home);
        var signed = reader.SignedTo(writer.Keys!.Verifier);
        var below = from;
        while (below < signed)
        {
            cancellation.ThrowIfCancellationRequested();
            var entries = reader.ReadEntries(below, RowsMax);
            foreach (var entry in entries)
            {
                if (entry.Index >= signed || (entry.Leaf is { } leaf && !IsDue(leaf.Keep, now)))
                    return below;
                below = entry.Index + 1;
            }

            if (entries.Count == 0)
                break;
        }

        return below;
    }

    private static bool IsDue(KeepUntil keep, DateTimeOffset now) =>
        keep.Logs <= now && (keep.Inputs ?? now) <= now && (keep.Outputs ?? now) <= now;

    private async Task<LedgerRefusal> DeleteAsync(
        DateTimeOffset now, (long From, long Below) leaves, CancellationToken cancellation)
    {
        var due = now.ToUnixTimeMilliseconds();
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            var (refusal, deleted) = await writer.RunAsync(tables => DeletePayloads(tables, due), inTransaction: true);
            if (refusal != LedgerRefusal.None)
                return refusal;
            if (deleted == 0)
                break;
        }

        for (var start = leaves.From; start < leaves.Below; start += RowsMax)
        {
            cancellation.ThrowIfCancellationRequested();
            var end = Math.Min(leaves.Below, start + RowsMax);
            var from = start;
            var (refusal, _) = await writer.RunAsync(tables => PruneLeaves(tables, from, end), inTransaction: true);
            if (refusal != LedgerRefusal.None)
                return refusal;
        }

        return LedgerRefusal.None;
    }

    private static long DeletePayloads(LedgerTables tables, long due)
    {
        tables.Prepare(
            "DELETE FROM payload WHERE rowid IN (SELECT rowid FROM payload WHERE expires <= ?1 ORDER BY "
                + "expires LIMIT ?2)")
            .Bind(1, due).Bind(2, RowsMax).Run();
        return tables.Prepare("SELECT changes()").Number();
    }

    private static long PruneLeaves(LedgerTables tables, long from, long end)
    {
        tables.Prepare("UPDATE ledger_entry SET leaf = NULL WHERE log = 1 AND idx >= ?1 AND idx < ?2")
            .Bind(1, from).Bind(2, end).Run();
        // What was derived from these leaves goes with them.
        tables.Prepare("DELETE FROM act WHERE idx < ?1").Bind(1, end).Run();
        tables.Prepare("DELETE FROM exchange WHERE idx < ?1 AND outcome_idx < ?1").Bind(1, end).Run();
        tables.SetFlag(PrunedFlag, end);
        return end;
    }

    // Gives free pages back to the disk, then empties the WAL, which still holds what was deleted.
    private async Task<(long Bytes, LedgerRefusal Refusal)> ShrinkAsync(CancellationToken cancellation)
    {
        long freed = 0;
        while (!cancellation.IsCancellationRequested)
        {
            var (refusal, bytes) = await writer.RunAsync(Vacuum, inTransaction: false);
            if (refusal != LedgerRefusal.None)
                return (freed, refusal);
            freed += bytes;
            if (bytes == 0)
                break;
        }

        var (why, _) = await writer.RunAsync(
            tables =>
            {
                tables.CheckpointWal(SQLitePCL.raw.SQLITE_CHECKPOINT_TRUNCATE);
                return 0;
            },
            inTransaction: false);
        return (freed, why);
    }

    private static long Vacuum(LedgerTables tables)
    {
        var before = tables.Prepare("PRAGMA page_count").Number();
        tables.Prepare($"PRAGMA incremental_vacuum({PagesMax})").Run();
        return (before - tables.Prepare("PRAGMA page_count").Number()) * tables.Prepare("PRAGMA page_size").Number();
    }
}
