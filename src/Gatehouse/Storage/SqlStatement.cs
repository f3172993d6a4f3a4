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

    // SQLITE_PREPARE_PERSISTENT: the statement is kept for long.
    private const uint Persistent = 1;

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
            Check(SqliteNative.Prepare(_db, pointer, text.Length, Persistent, out _statement, 0));
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
