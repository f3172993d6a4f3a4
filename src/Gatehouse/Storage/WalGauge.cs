using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;

namespace Gatehouse.Storage;

/// <summary>Tells how many pages the WAL holds, as SQLite reports it after each commit of a connection.</summary>
internal sealed unsafe class WalGauge : IDisposable
{
    // So many new pages are worth moving in the background: 8 MiB of 4 KiB pages.
    private const int PassivePages = 2_048;

    /// <summary>From here on the writer moves it itself, since the background never catches up: 64 MiB.</summary>
    public const int RestartPages = 16_384;

    private readonly nint _db;
    private int* _pages;
    private int _pagesAtLastCall;

    public WalGauge(SqliteConnection connection)
    {
        _db = connection.Handle!.DangerousGetHandle();
        _pages = (int*)NativeMemory.AllocZeroed(sizeof(int));
        _ = SqliteNative.WalHook(_db, &OnCommit, _pages);
    }

    public int Pages => *_pages;

    /// <summary>True if it is time to move pages in the background again.</summary>
    public bool HasGrown()
    {
        // Fewer than before: SQLite started the file anew.
        if (Pages < _pagesAtLastCall)
            _pagesAtLastCall = 0;
        if (Pages - _pagesAtLastCall < PassivePages)
            return false;
        _pagesAtLastCall = Pages;
        return true;
    }

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
