using Microsoft.Data.Sqlite;

namespace Gatehouse.Storage;

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
