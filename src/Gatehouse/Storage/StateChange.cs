using Microsoft.Data.Sqlite;

namespace Gatehouse.Storage;

/// <summary>A change of other tables that stands or falls with an entry: a token, a pause, a counter.</summary>
internal interface IStateChange
{
    /// <summary>
    /// Runs on the writer's thread inside the entry's transaction, so it must be short. May run again if the
    /// transaction is retried. If it throws, the entry is not written and the append throws the same.
    /// </summary>
    public void Apply(LedgerTransaction transaction);
}

/// <summary>Two changes that stand or fall together.</summary>
internal sealed class BothChanges(IStateChange first, IStateChange second) : IStateChange
{
    public void Apply(LedgerTransaction transaction)
    {
        first.Apply(transaction);
        second.Apply(transaction);
    }
}

/// <summary>Applies a state change so that its failure undoes only itself.</summary>
internal static class StateChangeRunner
{
    /// <summary>
    /// False if the change threw: its append then throws the same, and the others of the batch go on.
    /// </summary>
    /// <exception cref="SqliteFaultException">The disk or the database failed: the whole batch has to end.</exception>
    public static bool TryApply(
        LedgerTables tables, IStateChange change, (long Index, DateTimeOffset Time) leaf, AppendWork work)
    {
        tables.Prepare("SAVEPOINT state_change").Run();
        (tables.Transaction.Index, tables.Transaction.Time) = leaf;
        tables.Transaction.StoredBytes = work.StoredBytesAt(leaf.Index);
        try
        {
            change.Apply(tables.Transaction);
            tables.Prepare("RELEASE state_change").Run();
            return true;
        }
        catch (SqliteFaultException e) when (IsOfStore(e.Code))
        {
            throw;
        }
        catch (SqliteException e) when (IsOfStore(e.SqliteExtendedErrorCode))
        {
            throw StoreConnection.Fault(tables.Connection, "a state change");
        }
        catch (Exception e)
        {
            // The request boundary for this change: whatever it threw belongs to its caller alone.
            tables.Prepare("ROLLBACK TO state_change").Run();
            tables.Prepare("RELEASE state_change").Run();
            work.Failure = e;
            return false;
        }
    }

    // Errors in SQL, constraints and types are the change's own; everything else is the disk's or the database's.
    private static bool IsOfStore(int code) => (code & 0xff) is not (
        SQLitePCL.raw.SQLITE_ERROR or SQLitePCL.raw.SQLITE_CONSTRAINT or SQLitePCL.raw.SQLITE_MISMATCH
        or SQLitePCL.raw.SQLITE_MISUSE or SQLitePCL.raw.SQLITE_RANGE or SQLitePCL.raw.SQLITE_TOOBIG);
}

/// <summary>The transaction that an entry is written in, as far as a state change may see it.</summary>
internal sealed class LedgerTransaction
{
    private readonly StatementCache _statements;

    public LedgerTransaction(SqliteConnection connection, StatementCache statements) =>
        (Connection, _statements) = (connection, statements);

    /// <summary>For changes that are rare. Do not begin or end transactions on it.</summary>
    public SqliteConnection Connection { get; }

    /// <summary>Index of the entry's leaf.</summary>
    public long Index { get; internal set; }

    /// <summary>Time of the entry's leaf.</summary>
    public DateTimeOffset Time { get; internal set; }

    /// <summary>Bytes of the entry's leaf and its sealed payloads.</summary>
    public long StoredBytes { get; internal set; }

    /// <summary>
    /// For changes that are frequent: the statement is kept, so <paramref name="sql"/> must be a constant.
    /// </summary>
    public SqlStatement Prepare(string sql) => _statements.Get(sql);
}
