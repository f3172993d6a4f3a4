using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;

namespace Gatehouse.Storage;

/// <summary>Tells how many pages the WAL holds, as SQLite reports it after each commit of a connection.</summary>
internal sealed unsafe class WalGauge : IDisposable
{
    /// <summary>From here on the WAL is moved in the background: 4 MiB of 4 KiB pages, SQLite's own default.</summary>
    public const int PassivePages = 1_000;

    /// <summary>From here on the writer moves it itself, since the background never catches up: 64 MiB.</summary>
    public const int RestartPages = 16_384;

    private readonly nint _db;
    private int* _pages;

    public WalGauge(SqliteConnection connection)
    {
        _db = connection.Handle!.DangerousGetHandle();
        _pages = (int*)NativeMemory.AllocZeroed(sizeof(int));
        _ = SqliteNative.WalHook(_db, &OnCommit, _pages);
    }

    public int Pages => *_pages;

    public void Dispose()
    {
        if (_pages is null)
            return;
        _ = SqliteNative.WalHook(_db, null, null);
        NativeMemory.Free(_pages);
        _pages = null;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnCommit(int* pages, nint db, byte* name, int count)
    {
        *pages = count;
        return SQLitePCL.raw.SQLITE_OK;
    }
}
