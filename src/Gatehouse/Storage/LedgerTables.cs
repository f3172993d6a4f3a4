using Gatehouse.Core.Ledger;
using Microsoft.Data.Sqlite;

namespace Gatehouse.Storage;

/// <summary>The ledger's tables on the writer's connection. Used by the writer's thread.</summary>
internal sealed unsafe class LedgerTables : IDisposable
{
    /// <summary>The log that this home writes.</summary>
    public const int OwnLog = 1;

    private readonly StatementCache _statements;
    private readonly nint _db;

    public LedgerTables(SqliteConnection connection)
    {
        Connection = connection;
        _db = connection.Handle!.DangerousGetHandle();
        _statements = new StatementCache(connection);
        State = new StateTables(_statements);
        Exchanges = new ExchangeTable(_statements);
    }

    public SqliteConnection Connection { get; }

    public StateTables State { get; }

    public ExchangeTable Exchanges { get; }

    public SqlStatement Prepare(string sql) => _statements.Get(sql);

    public void Begin() => Prepare("BEGIN IMMEDIATE").Run();

    public void Commit() => Prepare("COMMIT").Run();

    /// <summary>Ends a failed transaction; SQLite has often ended it already.</summary>
    public void Rollback()
    {
        if (SqliteNative.GetAutocommit(_db) == 0)
            Prepare("ROLLBACK").Run();
    }

    public void InsertLeaf(long index, in Hash256 hash, ReadOnlySpan<byte> leaf)
    {
        var insert = Prepare("INSERT INTO ledger_entry (log, idx, hash, leaf) VALUES (1, ?1, ?2, ?3)");
        Span<byte> bytes = stackalloc byte[Hash256.Length];
        hash.CopyTo(bytes);
        insert.Bind(1, index).Bind(2, bytes);
        fixed (byte* pointer = leaf)
        {
            insert.BindPinned(3, pointer, leaf.Length);
            insert.Run();
        }
    }

    public void InsertPayload(long index, in SealedPart part)
    {
        var insert = Prepare(
            "INSERT INTO payload (key, log, idx, kind, class, expires, sealed) VALUES (?1 * 8 + ?2, 1, ?1, "
                + "?2, ?3, ?4, ?5)");
        insert.Bind(1, index).Bind(2, (long)part.Kind).Bind(3, (long)part.Class).Bind(4, part.Expires);
        fixed (byte* pointer = part.Sealed.Span)
        {
            insert.BindPinned(5, pointer, part.Sealed.Length);
            insert.Run();
        }
    }

    public void InsertCheckpoint(long size, string note, Frontier frontier) =>
        Prepare("INSERT INTO checkpoint (log, size, note, frontier) VALUES (1, ?1, ?2, ?3)")
            .Bind(1, size).Bind(2, note).Bind(3, frontier.ToBytes()).Run();

    /// <summary>The newest checkpoint's note and frontier.</summary>
    public (string Note, byte[] Frontier)? LastCheckpoint()
    {
        var select = Prepare("SELECT note, frontier FROM checkpoint WHERE log = 1 ORDER BY size DESC LIMIT 1");
        if (!select.Step())
            return null;
        var result = (select.Text(0) ?? "", select.Blob(1).ToArray());
        select.Reset();
        return result;
    }

    /// <summary>The note of the checkpoint of so many leaves; null if there is none.</summary>
    public string? CheckpointOf(long size)
    {
        var select = Prepare("SELECT note FROM checkpoint WHERE log = 1 AND size = ?1").Bind(1, size);
        var note = select.Step() ? select.Text(0) ?? "" : null;
        select.Reset();
        return note;
    }

    /// <summary>Number of leaves: one more than the highest index.</summary>
    public long CountLeaves() => Prepare("SELECT max(idx) + 1 FROM ledger_entry WHERE log = 1").Number();

    /// <summary>The name of the own log; set once.</summary>
    public string Origin(string origin)
    {
        Prepare("INSERT OR IGNORE INTO log (log, origin) VALUES (1, ?1)").Bind(1, origin).Run();
        var select = Prepare("SELECT origin FROM log WHERE log = 1");
        select.Step();
        var written = select.Text(0)!;
        select.Reset();
        return written;
    }

    /// <summary>Bytes in use: pages that hold something.</summary>
    public long UsedBytes() =>
        (Prepare("PRAGMA page_count").Number() - Prepare("PRAGMA freelist_count").Number())
        * Prepare("PRAGMA page_size").Number();

    public long Flag(string name) =>
        Prepare("SELECT value FROM ledger_flag WHERE name = ?1").Bind(1, name).Number();

    public void SetFlag(string name, long value) =>
        Prepare("INSERT INTO ledger_flag (name, value) VALUES (?1, ?2) "
            + "ON CONFLICT (name) DO UPDATE SET value = excluded.value").Bind(1, name).Bind(2, value).Run();

    /// <summary>
    /// Asks SQLite to move the WAL into the database; see sqlite3_wal_checkpoint_v2. False if a reader is in the way.
    /// </summary>
    public bool CheckpointWal(int mode)
    {
        var code = SqliteNative.WalCheckpoint(_db, 0, mode, out _, out _);
        if (code != SQLitePCL.raw.SQLITE_OK && (code & 0xff) != SQLitePCL.raw.SQLITE_BUSY)
            throw StoreConnection.Fault(Connection, "checkpoint of the WAL");
        return code == SQLitePCL.raw.SQLITE_OK;
    }

    public void Dispose()
    {
        _statements.Dispose();
        Connection.Dispose();
    }
}
