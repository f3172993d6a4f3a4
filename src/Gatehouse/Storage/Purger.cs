using Gatehouse.Core.Ledger;

namespace Gatehouse.Storage;

/// <summary>
/// Deletes what is due, after saying so in the ledger. Every step may be cut off by a crash and is simply done again.
/// </summary>
internal sealed class Purger(
    HomeDirectory home, LedgerSettings settings, SqliteLedger ledger, LedgerWriter writer, CheckpointSigner signer)
    : IDisposable
{
    // Where pruning stands. Only a hint where to look on: verification reads the purge entries instead.
    public const string PrunedFlag = "leaves_pruned";

    // How far pruned leaves lie closely together.
    private const string CompactedFlag = "leaves_compacted";

    // Ended tokens of a job that are kept, so that a 401 can say whose they were; the gate keeps fewer in memory.
    private const int EndedTokensKept = 512;

    // Rows in one transaction: short enough that appends between them hardly wait.
    private const int RowsMax = 256;

    // The longest day of a time zone and then some: keys of days beyond what is written now and this are not in use.
    private static readonly TimeSpan KeySlack = TimeSpan.FromDays(2);

    // Free pages given back in one transaction.
    private const int PagesMax = 512;

    private readonly SemaphoreSlim _one = new(1, 1);
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

    public void Dispose() => _one.Dispose();

    private async Task<PurgeResult> PurgeAsync(CancellationToken cancellation)
    {
        // The clock is looked at before anything is called due.
        var (refusal, looked) = await writer.RunAsync(_ => writer.LookAtClock(), inTransaction: false);
        if (refusal != LedgerRefusal.None || looked != LedgerRefusal.None)
            return Stopped(refusal != LedgerRefusal.None ? refusal : looked);
        var (clock, isAsking) = (writer.Clock.Read(), writer.Clock.IsAsking);
        (refusal, var found) = await writer.RunAsync(tables => Look(tables, clock), false);
        if (refusal != LedgerRefusal.None)
            return Stopped(refusal);
        var (due, payloads, bytes, pruned) = found;
        var below = await Task.Run(() => FindLeavesBelow(pruned, due!, cancellation), cancellation);
        var result = new PurgeResult { Payloads = payloads, Leaves = below - pruned, IsClockInDoubt = isAsking };
        if (payloads > 0 || below > pruned)
        {
            var intent = new PurgeEntry
            {
                Id = ledger.NewId(EntryId.Purge),
                DueBefore = clock.Confirmed,
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
            result = result with { Refusal = await DeleteAsync(due!, (pruned, below), cancellation) };
        }

        if (result.Refusal != LedgerRefusal.None)
            return result;
        (refusal, var tidied) = await TidyAsync(clock.Due, cancellation);
        if (refusal != LedgerRefusal.None)
            return result with { Refusal = refusal };
        var keys = writer.Keys!.Days.DeleteBefore(DateOnly.FromDateTime(clock.Due.UtcDateTime));
        if (!clock.IsApart && due!.HasSpans)
            keys += await DeleteKeysOfWrongDaysAsync(clock.Confirmed);
        settings.AtStep?.Invoke("day-keys");
        var (freed, why) = payloads > 0 || tidied > 0 ? await ShrinkAsync(cancellation) : (0, LedgerRefusal.None);
        return result with { DayKeys = keys, BytesFreed = freed, Refusal = why };
    }

    private static PurgeResult Stopped(LedgerRefusal refusal) => new() { Refusal = refusal };

    private static (DueTimes Due, long Payloads, long Bytes, long Pruned) Look(
        LedgerTables tables, ClockReading clock)
    {
        var due = DueTimes.At(tables, clock);
        var (payloads, bytes) = (0L, 0L);
        foreach (var part in due.Parts)
        {
            var select = part.Bind(tables.Prepare(
                "SELECT count(*), coalesce(sum(length(sealed)), 0) FROM payload WHERE " + DueTimes.Where));
            select.Step();
            (payloads, bytes) = (payloads + select.Int64(0), bytes + select.Int64(1));
            select.Reset();
        }

        return (due, payloads, bytes, tables.Flag(PrunedFlag));
    }

    // Leaves go in order, so the first one that must stay ends it. What no signature covers yet stays too: signing
    // hashes it again.
    private long FindLeavesBelow(long from, DueTimes due, CancellationToken cancellation)
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
                if (entry.Index >= signed || (entry.Leaf is { } leaf && !IsDue(leaf.Keep, due.For(entry.Index))))
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
        DueTimes due, (long From, long Below) leaves, CancellationToken cancellation)
    {
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

    private static long DeletePayloads(LedgerTables tables, DueTimes due)
    {
        long deleted = 0;
        foreach (var part in due.Parts)
        {
            part.Bind(tables.Prepare(
                "DELETE FROM payload WHERE rowid IN (SELECT rowid FROM payload WHERE " + DueTimes.Where
                + " ORDER BY expires LIMIT ?4)")).Bind(4, RowsMax).Run();
            deleted += tables.Prepare("SELECT changes()").Number();
        }

        return deleted;
    }

    // The keys of days that only a clock far ahead wrote for go as soon as nothing lies under them any more.
    private async Task<int> DeleteKeysOfWrongDaysAsync(DateTimeOffset now)
    {
        var keep = new[] { settings.KeepInputs, settings.KeepOutputs, settings.KeepLogs }.Max();
        var last = DateOnly.FromDateTime((now + keep + KeySlack).UtcDateTime);
        var days = writer.Keys!.Days;
        var (refusal, unused) = await writer.RunAsync(
            tables => days.After(last).Where(key => !IsInUse(tables, key)).ToList(), inTransaction: false);
        return refusal == LedgerRefusal.None ? days.Delete(unused!) : 0;
    }

    private static bool IsInUse(LedgerTables tables, (DateOnly Day, RetentionClass Class) key)
    {
        var from = new DateTimeOffset(key.Day, TimeOnly.MinValue, TimeSpan.Zero);
        return tables.Prepare(
            "SELECT count(*) FROM payload WHERE expires >= ?1 AND expires < ?2 AND class = ?3")
            .Bind(1, from.ToUnixTimeMilliseconds()).Bind(2, from.AddDays(1).ToUnixTimeMilliseconds())
            .Bind(3, (long)key.Class).Number() > 0;
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

    // What pruning leaves behind must not fill a ledger for ever: rows that lost their text keep the pages that they
    // had with it, and checkpoints and tokens come every second.
    private async Task<(LedgerRefusal Refusal, long Rows)> TidyAsync(DateTimeOffset now, CancellationToken cancellation)
    {
        long rows = 0;
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            var (refusal, moved) = await writer.RunAsync(Compact, inTransaction: true);
            rows += moved;
            if (refusal != LedgerRefusal.None)
                return (refusal, rows);
            if (moved == 0)
                break;
        }

        var (why, deleted) = await writer.RunAsync(tables => DeleteOldRows(tables, now), inTransaction: true);
        return (why, rows + deleted);
    }

    // Written anew, hashes lie in a tenth of the pages; deleting alone joins pages.
    private static long Compact(LedgerTables tables)
    {
        var from = tables.Flag(CompactedFlag);
        var end = Math.Min(from + RowsMax, tables.Flag(PrunedFlag));
        if (from >= end)
            return 0;
        var hashes = new List<(long Index, byte[] Hash)>();
        var select = tables.Prepare(
            "SELECT idx, hash FROM ledger_entry WHERE log = 1 AND idx >= ?1 AND idx < ?2 AND leaf IS NULL")
            .Bind(1, from).Bind(2, end);
        while (select.Step())
            hashes.Add((select.Int64(0), select.Blob(1).ToArray()));
        select.Reset();
        tables.Prepare("DELETE FROM ledger_entry WHERE log = 1 AND idx >= ?1 AND idx < ?2 AND leaf IS NULL")
            .Bind(1, from).Bind(2, end).Run();
        foreach (var (index, hash) in hashes)
        {
            tables.Prepare("INSERT INTO ledger_entry (idx, log, hash, leaf) VALUES (?1, 1, ?2, NULL)")
                .Bind(1, index).Bind(2, hash).Run();
        }

        tables.SetFlag(CompactedFlag, end);
        return end - from;
    }

    private static long DeleteOldRows(LedgerTables tables, DateTimeOffset now)
    {
        // One checkpoint over what was pruned is enough: every later one covers it too.
        tables.Prepare(
            "DELETE FROM checkpoint WHERE log = 1 AND size < (SELECT max(size) FROM checkpoint WHERE size <= ?1)")
            .Bind(1, tables.Flag(PrunedFlag)).Run();
        var deleted = tables.Prepare("SELECT changes()").Number();
        tables.Prepare(
            "DELETE FROM token WHERE id IN (SELECT id FROM (SELECT id, row_number() OVER "
            + "(PARTITION BY job ORDER BY issued DESC) AS place FROM token WHERE coalesce(revoked, expires) < ?1) "
            + "WHERE place > ?2)")
            .Bind(1, now.ToUnixTimeMilliseconds()).Bind(2, EndedTokensKept).Run();
        return deleted + tables.Prepare("SELECT changes()").Number();
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

/// <summary>What a purge did.</summary>
internal sealed record PurgeResult
{
    /// <summary>Payloads deleted.</summary>
    public long Payloads { get; init; }

    /// <summary>Leaves that lost their text.</summary>
    public long Leaves { get; init; }

    /// <summary>Day keys deleted.</summary>
    public int DayKeys { get; init; }

    /// <summary>Bytes given back to the disk.</summary>
    public long BytesFreed { get; init; }

    /// <summary>Why it stopped early, if it did; the next one goes on.</summary>
    public LedgerRefusal Refusal { get; init; }

    /// <summary>
    /// True while the clock waits to be confirmed: only what is due by the confirmed time was purged.
    /// </summary>
    public bool IsClockInDoubt { get; init; }
}

/// <summary>
/// What is due, for each part of the log: what a clock stamped that ran ahead is due by that much later on its own
/// clock, and what was stamped later than the wall clock says it is can only be measured by the confirmed time.
/// </summary>
internal sealed class DueTimes
{
    /// <summary>The condition on a payload that <see cref="Part.Bind"/> fills in.</summary>
    public const string Where = "expires <= ?1 AND key >= ?2 * 8 AND key < ?3 * 8";

    private DueTimes(IReadOnlyList<Part> parts, bool hasSpans) => (Parts, HasSpans) = (parts, hasSpans);

    public IReadOnlyList<Part> Parts { get; }

    /// <summary>True if a clock ever ran ahead.</summary>
    public bool HasSpans { get; }

    public static DueTimes At(LedgerTables tables, ClockReading clock)
    {
        var spans = ClockSpans.Read(tables.Prepare(ClockSpans.Select));
        var cut = clock.Due == clock.Confirmed ? 0 : spans.FirstAfter(
            clock.Due, orAt: false, tables.CountLeaves(), tables.Prepare(ClockSpans.SelectLeaf));
        var parts = spans.Parts(cut)
            .Select(part => new Part(
                part.From, part.To, (part.From < cut ? clock.Due : clock.Confirmed) + part.Ahead));
        return new DueTimes([.. parts], !spans.IsEmpty);
    }

    /// <summary>What a leaf says is kept until then is due.</summary>
    public DateTimeOffset For(long index) => Parts.Last(part => part.From <= index).Due;

    /// <summary>Leaves from an index to below another.</summary>
    public sealed record Part(long From, long To, DateTimeOffset Due)
    {
        public SqlStatement Bind(SqlStatement statement) =>
            statement.Bind(1, Due.ToUnixTimeMilliseconds()).Bind(2, From).Bind(3, To);
    }
}
