using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Gatehouse.Storage;

/// <summary>
/// One prepared statement without per-call allocations. Parameters are numbered from 1, columns from 0, as in SQLite.
/// Used by one thread.
/// </summary>
internal sealed unsafe class SqlStatement : IDisposable
{
    // sqlite3.h: SQLite copies the value at once, or uses the caller's memory until the statement is reset.
    private const nint Transient = -1;
    private const nint Static = 0;

    // Longest text that is converted on the stack.
    private const int StackBytes = 512;

    // A bound empty blob needs an address that is not null, else SQLite stores NULL.
    private static readonly nint Empty = Marshal.AllocHGlobal(1);

    private readonly nint _db;
    private readonly string _sql;
    private nint _statement;

    public SqlStatement(SqliteConnection connection, string sql)
    {
        _db = connection.Handle!.DangerousGetHandle();
        _sql = sql;
        var text = Encoding.UTF8.GetBytes(sql);
        fixed (byte* pointer = text)
            Check(SqliteNative.Prepare(_db, pointer, text.Length, out _statement, 0));
    }

    public SqlStatement Bind(int index, long value)
    {
        Check(SqliteNative.BindInt64(_statement, index, value));
        return this;
    }

    public SqlStatement Bind(int index, long? value) => value is { } number ? Bind(index, number) : BindNull(index);

    public SqlStatement BindNull(int index)
    {
        Check(SqliteNative.BindNull(_statement, index));
        return this;
    }

    public SqlStatement Bind(int index, string? value)
    {
        if (value is null)
            return BindNull(index);
        var length = Encoding.UTF8.GetByteCount(value);
        Span<byte> text = length <= StackBytes ? stackalloc byte[StackBytes] : new byte[length];
        Encoding.UTF8.GetBytes(value, text);
        fixed (byte* pointer = text)
            Check(SqliteNative.BindText(_statement, index, pointer, length, Transient));
        return this;
    }

    /// <summary>Binds a copy of the bytes.</summary>
    public SqlStatement Bind(int index, ReadOnlySpan<byte> value)
    {
        fixed (byte* pointer = value)
        {
            var address = value.Length == 0 ? (byte*)Empty : pointer;
            Check(SqliteNative.BindBlob(_statement, index, address, (ulong)value.Length, Transient));
        }

        return this;
    }

    /// <summary>Binds pinned memory without a copy. It must stay pinned until <see cref="Reset"/>.</summary>
    public SqlStatement BindPinned(int index, byte* value, int length)
    {
        var address = length == 0 ? (byte*)Empty : value;
        Check(SqliteNative.BindBlob(_statement, index, address, (ulong)length, Static));
        return this;
    }

    /// <summary>Takes the next row. False at the end; the statement is reset then.</summary>
    public bool Step()
    {
        var code = SqliteNative.Step(_statement);
        if (code == raw.SQLITE_ROW)
            return true;
        if (code != raw.SQLITE_DONE)
        {
            var fault = Fault();
            _ = SqliteNative.Reset(_statement);
            throw fault;
        }

        _ = SqliteNative.Reset(_statement);
        return false;
    }

    /// <summary>Runs a statement that gives no rows.</summary>
    public void Run()
    {
        while (Step())
        {
        }
    }

    /// <summary>
    /// Runs a statement for one number; <paramref name="otherwise"/> if there is no row or it is NULL.
    /// </summary>
    public long Number(long otherwise = 0)
    {
        if (!Step())
            return otherwise;
        var value = IsNull(0) ? otherwise : Int64(0);
        Reset();
        return value;
    }

    public void Reset() => _ = SqliteNative.Reset(_statement);

    public void ClearBindings() => _ = SqliteNative.ClearBindings(_statement);

    public long Int64(int column) => SqliteNative.ColumnInt64(_statement, column);

    public bool IsNull(int column) => SqliteNative.ColumnType(_statement, column) == raw.SQLITE_NULL;

    public bool IsText(int column) => SqliteNative.ColumnType(_statement, column) == raw.SQLITE_TEXT;

    public long? Int64IfSet(int column) => IsNull(column) ? null : Int64(column);

    public string? Text(int column)
    {
        var pointer = SqliteNative.ColumnText(_statement, column);
        if (pointer is null)
            return null;
        return Encoding.UTF8.GetString(pointer, SqliteNative.ColumnBytes(_statement, column));
    }

    /// <summary>The bytes of a column; valid until the next step.</summary>
    public ReadOnlySpan<byte> Blob(int column)
    {
        var pointer = SqliteNative.ColumnBlob(_statement, column);
        return pointer is null ? [] : new ReadOnlySpan<byte>(pointer, SqliteNative.ColumnBytes(_statement, column));
    }

    public void Dispose()
    {
        if (_statement != 0)
            _ = SqliteNative.Finalize(_statement);
        _statement = 0;
    }

    private void Check(int code)
    {
        if (code != raw.SQLITE_OK)
            throw Fault();
    }

    private SqliteFaultException Fault()
    {
        var message = Marshal.PtrToStringUTF8((nint)SqliteNative.ErrorMessage(_db));
        return new SqliteFaultException(
            $"SQLite: {message} (in: {_sql})", SqliteNative.ExtendedErrorCode(_db), SqliteNative.SystemErrno(_db));
    }
}

/// <summary>Statements of one connection, prepared once. Used by one thread.</summary>
internal sealed class StatementCache(SqliteConnection connection) : IDisposable
{
    private readonly Dictionary<string, SqlStatement> _statements = new(StringComparer.Ordinal);

    public SqlStatement Get(string sql)
    {
        if (!_statements.TryGetValue(sql, out var statement))
        {
            statement = new SqlStatement(connection, sql);
            _statements.Add(sql, statement);
        }

        return statement;
    }

    public void Dispose()
    {
        foreach (var statement in _statements.Values)
            statement.Dispose();
        _statements.Clear();
    }
}

/// <summary>
/// The C interface of the SQLite that the package brings. Used where the managed wrapper would copy large blobs or
/// allocate for each call, and for what it leaves out.
/// </summary>
internal static unsafe partial class SqliteNative
{
    private const string Library = "e_sqlite3";

    [LibraryImport(Library, EntryPoint = "sqlite3_prepare_v2")]
    public static partial int Prepare(nint db, byte* sql, int bytes, out nint statement, nint tail);

    [LibraryImport(Library, EntryPoint = "sqlite3_bind_int64")]
    public static partial int BindInt64(nint statement, int index, long value);

    [LibraryImport(Library, EntryPoint = "sqlite3_bind_blob64")]
    public static partial int BindBlob(nint statement, int index, byte* value, ulong bytes, nint destructor);

    [LibraryImport(Library, EntryPoint = "sqlite3_bind_text")]
    public static partial int BindText(nint statement, int index, byte* value, int bytes, nint destructor);

    [LibraryImport(Library, EntryPoint = "sqlite3_bind_null")]
    public static partial int BindNull(nint statement, int index);

    [LibraryImport(Library, EntryPoint = "sqlite3_step")]
    public static partial int Step(nint statement);

    [LibraryImport(Library, EntryPoint = "sqlite3_reset")]
    public static partial int Reset(nint statement);

    [LibraryImport(Library, EntryPoint = "sqlite3_clear_bindings")]
    public static partial int ClearBindings(nint statement);

    [LibraryImport(Library, EntryPoint = "sqlite3_finalize")]
    public static partial int Finalize(nint statement);

    [LibraryImport(Library, EntryPoint = "sqlite3_column_int64")]
    public static partial long ColumnInt64(nint statement, int column);

    [LibraryImport(Library, EntryPoint = "sqlite3_column_blob")]
    public static partial byte* ColumnBlob(nint statement, int column);

    [LibraryImport(Library, EntryPoint = "sqlite3_column_text")]
    public static partial byte* ColumnText(nint statement, int column);

    [LibraryImport(Library, EntryPoint = "sqlite3_column_bytes")]
    public static partial int ColumnBytes(nint statement, int column);

    [LibraryImport(Library, EntryPoint = "sqlite3_column_type")]
    public static partial int ColumnType(nint statement, int column);

    [LibraryImport(Library, EntryPoint = "sqlite3_extended_errcode")]
    public static partial int ExtendedErrorCode(nint db);

    [LibraryImport(Library, EntryPoint = "sqlite3_system_errno")]
    public static partial int SystemErrno(nint db);

    [LibraryImport(Library, EntryPoint = "sqlite3_errmsg")]
    public static partial byte* ErrorMessage(nint db);

    [LibraryImport(Library, EntryPoint = "sqlite3_get_autocommit")]
    public static partial int GetAutocommit(nint db);

    [LibraryImport(Library, EntryPoint = "sqlite3_wal_checkpoint_v2")]
    public static partial int WalCheckpoint(nint db, nint schema, int mode, out int frames, out int done);

    [LibraryImport(Library, EntryPoint = "sqlite3_wal_hook")]
    public static partial nint WalHook(
        nint db, delegate* unmanaged[Cdecl]<int*, nint, byte*, int, int> hook, int* pages);
}

/// <summary>SQLite answered with an error.</summary>
internal sealed class SqliteFaultException(string message, int code, int errno) : Exception(message)
{
    /// <summary>Extended result code.</summary>
    public int Code { get; } = code;

    /// <summary>The operating system's error number, 0 if none.</summary>
    public int Errno { get; } = errno;
}
