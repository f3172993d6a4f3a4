using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Gatehouse.Storage;

/// <summary>
/// Moves the WAL into the database on a thread and a connection of its own, so that no append waits for it.
/// </summary>
internal sealed class WalKeeper : IDisposable
{
    private readonly HomeDirectory _home;
    private readonly Action<SqliteFaultException> _onFault;
    private readonly Thread _thread;
    private readonly AutoResetEvent _wake = new(false);
    private SqliteConnection? _connection;
    private volatile bool _stopping;

    public WalKeeper(HomeDirectory home, Action<SqliteFaultException> onFault)
    {
        (_home, _onFault) = (home, onFault);
        _thread = new Thread(Run) { IsBackground = true, Name = "ledger wal" };
        _thread.Start();
    }

    /// <summary>Asks for it; returns at once.</summary>
    public void Wake() => _wake.Set();

    public void Dispose()
    {
        _stopping = true;
        _wake.Set();
        _thread.Join();
        _wake.Dispose();
        _connection?.Dispose();
    }

    private void Run()
    {
        while (_wake.WaitOne() && !_stopping)
        {
            try
            {
                _connection ??= StoreConnection.OpenBeside(_home.LedgerFile);
                var db = _connection.Handle!.DangerousGetHandle();
                var code = SqliteNative.WalCheckpoint(db, 0, raw.SQLITE_CHECKPOINT_PASSIVE, out _, out _);
                if (code != raw.SQLITE_OK)
                    throw StoreConnection.Fault(_connection, "checkpoint of the WAL");
            }
            catch (SqliteFaultException e)
            {
                // A full disk passes: the WAL keeps everything until there is room. A broken one stops the gate.
                if (StoreFault.Classify(e.Code, e.Errno) == LedgerRefusal.Stopped)
                    _onFault(e);
            }
        }
    }
}

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
