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
