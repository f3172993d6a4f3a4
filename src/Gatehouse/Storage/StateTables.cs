using System.Globalization;
using Gatehouse.Core.Approvals;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Gatehouse.Storage;

/// <summary>The entry that a state change goes with.</summary>
/// <param name="Index">Index of its leaf.</param>
/// <param name="Time">Time of its leaf.</param>
/// <param name="StoredBytes">Bytes of its leaf and its sealed payloads.</param>
internal readonly record struct EntryPlace(long Index, DateTimeOffset Time, long StoredBytes);

/// <summary>The tables of the state, on the writer's connection. Used by the writer's thread.</summary>
internal sealed class StateTables(StatementCache statements)
{
    private const string SelectEpoch = "SELECT epoch FROM lease WHERE name = 'writer'";

    /// <summary>Makes the holder the only one who may write from now on. In a transaction.</summary>
    public StateLease TakeLease(string holder)
    {
        statements.Get("INSERT INTO lease (name, holder, epoch) VALUES ('writer', ?1, 1) "
            + "ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, epoch = epoch + 1").Bind(1, holder).Run();
        return new StateLease(holder, statements.Get(SelectEpoch).Number());
    }

    /// <summary>Compares a lease with the stored one. In a transaction, before anything is written.</summary>
    /// <exception cref="LeaseLostException">Another writer has the lease.</exception>
    public void CheckLease(StateLease lease)
    {
        var epoch = statements.Get(SelectEpoch).Number();
        if (epoch != lease.Epoch)
            throw new LeaseLostException(lease, epoch);
    }

    /// <summary>Applies a change so that its failure undoes only itself.</summary>
    /// <returns>What the change contradicts; null if it was applied.</returns>
    /// <exception cref="SqliteFaultException">The disk or the database failed: the whole batch has to end.</exception>
    public StateConflictException? TryApply(StateChange change, in EntryPlace entry)
    {
        statements.Get("SAVEPOINT state_change").Run();
        try
        {
            Apply(change, entry);
            statements.Get("RELEASE state_change").Run();
            return null;
        }
        catch (SqliteFaultException e) when (IsOfChange(e.Code))
        {
            return Undo(new StateConflictException($"The change contradicts what is stored: {e.Message}", e));
        }
        catch (StateConflictException e)
        {
            return Undo(e);
        }
    }

    private StateConflictException Undo(StateConflictException conflict)
    {
        statements.Get("ROLLBACK TO state_change").Run();
        statements.Get("RELEASE state_change").Run();
        return conflict;
    }

    private void Apply(StateChange change, in EntryPlace entry)
    {
        switch (change)
        {
            case StateChange.IssueToken issue:
                Issue(issue.Token);
                break;
            case StateChange.RevokeToken revoke:
                statements.Get("UPDATE token SET revoked = ?2, leaked = ?3 WHERE id = ?1")
                    .Bind(1, revoke.Id).Bind(2, StateTime.Of(entry.Time)).Bind(3, revoke.Leaked ? 1 : 0).Run();
                break;
            case StateChange.PauseJob { Pause: var pause }:
                statements.Get("INSERT OR REPLACE INTO pause (job, who, since, why) VALUES (?1, ?2, ?3, ?4)")
                    .Bind(1, pause.Job).Bind(2, pause.Who).Bind(3, StateTime.Of(pause.Since)).Bind(4, pause.Why).Run();
                break;
            case StateChange.ResumeJob resume:
                statements.Get("DELETE FROM pause WHERE job = ?1").Bind(1, resume.Job).Run();
                break;
            case StateChange.BookUsage used:
                Book(used, used.Day, entry.StoredBytes);
                Book(used, used.Month, entry.StoredBytes);
                break;
            case StateChange.Hold hold:
                Hold(hold.Item);
                break;
            case StateChange.MoveHeld move:
                MoveHeld(move.Item, move.From);
                break;
            case StateChange.Both both:
                Apply(both.First, entry);
                Apply(both.Second, entry);
                break;
            default:
                throw new InvalidOperationException($"The store does not know the change {change.GetType().Name}.");
        }
    }

    private void Issue(StoredToken token) =>
        statements.Get(
            "INSERT INTO token (id, hash, job, issued, expires, endpoints, models, networks, in_url, service, "
            + "revoked, leaked) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)")
            .Bind(1, token.Id).Bind(2, token.Hash.Span).Bind(3, token.Job)
            .Bind(4, StateTime.Of(token.Issued)).Bind(5, StateTime.Of(token.Expires))
            .Bind(6, string.Join(',', token.Endpoints)).Bind(7, string.Join(',', token.Models))
            .Bind(8, string.Join(',', token.Networks)).Bind(9, token.InUrl ? 1 : 0).Bind(10, token.Service ? 1 : 0)
            .Bind(11, token.Revoked is { } revoked ? StateTime.Of(revoked) : null).Bind(12, token.Leaked ? 1 : 0)
            .Run();

    private void Book(StateChange.BookUsage used, string period, long bytes) =>
        statements.Get("INSERT INTO job_usage (job, period, tokens, bytes, cost_micros) VALUES (?1, ?2, ?3, ?4, ?5) "
            + "ON CONFLICT (job, period) DO UPDATE SET tokens = tokens + excluded.tokens, "
            + "bytes = bytes + excluded.bytes, cost_micros = cost_micros + excluded.cost_micros")
            .Bind(1, used.Job).Bind(2, period).Bind(3, used.Tokens).Bind(4, bytes).Bind(5, used.CostMicros).Run();

    private void Hold(HeldItem item) =>
        statements.Get(
            "INSERT INTO held (id, kind, job, what, digest, entry, created, expires, state) "
            + "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)")
            .Bind(1, item.Id).Bind(2, item.Kind.Word()).Bind(3, item.Job).Bind(4, item.What).Bind(5, item.Digest)
            .Bind(6, item.Entry).Bind(7, StateTime.Of(item.Created)).Bind(8, StateTime.Of(item.Expires))
            .Bind(9, item.State.Word()).Run();

    // The verdict of a consumed item has reached the requester: from then on the ledger alone has it.
    private void MoveHeld(HeldItem item, HeldState from)
    {
        var statement = item.State == HeldState.Consumed
            ? statements.Get("DELETE FROM held WHERE id = ?1 AND state = ?2")
            : statements.Get(
                "UPDATE held SET state = ?3, decided_by = ?4, why = ?5, decided = ?6 WHERE id = ?1 AND state = ?2");
        statement.Bind(1, item.Id).Bind(2, from.Word());
        if (item.State != HeldState.Consumed)
        {
            var decision = item.Decision;
            statement.Bind(3, item.State.Word()).Bind(4, decision?.Who).Bind(5, decision?.Why)
                .Bind(6, decision is null ? null : StateTime.Of(decision.At));
        }

        statement.Run();
        if (statements.Get("SELECT changes()").Number() != 1)
            throw new StateConflictException($"The held item {item.Id} is not {from.Word()}.");
    }

    // Errors in SQL, constraints and types are the change's own; everything else is the disk's or the database's.
    private static bool IsOfChange(int code) => (code & 0xff) is
        raw.SQLITE_ERROR or raw.SQLITE_CONSTRAINT or raw.SQLITE_MISMATCH or raw.SQLITE_MISUSE or raw.SQLITE_RANGE
        or raw.SQLITE_TOOBIG;
}

/// <summary>Reads the state for a process that starts, each time in one short transaction.</summary>
internal static class StateReader
{
    public static IReadOnlyList<StoredToken> Tokens(HomeDirectory home, DateTimeOffset endedAfter) =>
        Read(
            home, "token",
            "SELECT id, hash, job, issued, expires, endpoints, models, networks, in_url, service, revoked, leaked "
            + "FROM token WHERE coalesce(revoked, expires) > ?1",
            select => select.Bind(1, StateTime.Of(endedAfter)),
            static row => new StoredToken
            {
                Id = row.Text(0)!,
                Hash = row.Blob(1).ToArray(),
                Job = row.Text(2)!,
                Issued = StateTime.From(row.Int64(3)),
                Expires = StateTime.From(row.Int64(4)),
                Endpoints = Split(row.Text(5)!),
                Models = Split(row.Text(6)!),
                Networks = Split(row.Text(7)!),
                InUrl = row.Int64(8) != 0,
                Service = row.Int64(9) != 0,
                Revoked = row.Int64IfSet(10) is { } revoked ? StateTime.From(revoked) : null,
                Leaked = row.Int64(11) != 0,
            });

    public static IReadOnlyList<StoredPause> Pauses(HomeDirectory home) =>
        Read(
            home, "pause", "SELECT job, who, since, why FROM pause", static _ => { },
            static row => new StoredPause(row.Text(0)!, row.Text(1)!, StateTime.From(row.Int64(2)), row.Text(3)!));

    public static IReadOnlyList<StoredUsage> Usage(HomeDirectory home, IReadOnlyCollection<string> periods) =>
        [.. periods.SelectMany(period => Read(
            home, "job_usage", "SELECT job, period, tokens, bytes, cost_micros FROM job_usage WHERE period = ?1",
            select => select.Bind(1, period),
            static row => new StoredUsage(
                row.Text(0)!, row.Text(1)!, row.Int64(2), row.Int64(3), row.Int64(4))))];

    public static IReadOnlyList<HeldItem> Held(HomeDirectory home) =>
        Read(
            home, "held",
            "SELECT id, kind, job, what, digest, entry, created, expires, state, decided_by, why, decided FROM held "
            + "ORDER BY created, id",
            static _ => { },
            static row =>
            {
                var state = HeldWords.ParseState(row.Text(8)!);
                var decision = row.Int64IfSet(11) is { } at
                    ? new HeldDecision(state, row.Text(9)!, row.Text(10)!, StateTime.From(at)) : null;
                return HeldItem.Restore(
                    new HeldItem
                    {
                        Id = row.Text(0)!,
                        Kind = HeldWords.ParseKind(row.Text(1)!),
                        Job = row.Text(2)!,
                        What = row.Text(3)!,
                        Digest = row.Text(4)!,
                        Entry = row.Text(5),
                        Created = StateTime.From(row.Int64(6)),
                        Expires = StateTime.From(row.Int64(7)),
                    },
                    state, decision);
            });

    private static List<T> Read<T>(
        HomeDirectory home, string table, string sql, Action<SqlStatement> bind, Func<SqlStatement, T> take)
    {
        var rows = new List<T>();
        if (!home.HasLedger)
            return rows;
        using var connection = StoreConnection.OpenReaderOfHolder(home.LedgerFile);
        if (!HasTable(connection, table))
            return rows;
        using var select = new SqlStatement(connection, sql);
        bind(select);
        while (select.Step())
            rows.Add(take(select));
        return rows;
    }

    // A ledger that was never written, because the disk was full from the start, has no tables yet; one that an older
    // version wrote lacks those that came later.
    private static bool HasTable(SqliteConnection connection, string table)
    {
        using var count = new SqlStatement(
            connection, "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = ?1");
        return count.Bind(1, table).Number() == 1;
    }

    private static string[] Split(string text) => text.Split(',', StringSplitOptions.RemoveEmptyEntries);
}

/// <summary>Times as the state's tables hold them: milliseconds since 1970, UTC.</summary>
internal static class StateTime
{
    public static long Of(DateTimeOffset time) => time.ToUnixTimeMilliseconds();

    public static DateTimeOffset From(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
}

/// <summary>Another writer has taken the lease: what this one knows of the store is the past.</summary>
internal sealed class LeaseLostException(StateLease lease, long epoch) : Exception(string.Create(
    CultureInfo.InvariantCulture,
    $"Another process has taken over the writing: this one's epoch is {lease.Epoch}, the stored one is {epoch}."));
