namespace Gatehouse.Storage;

/// <summary>A ledger file that is open for writing: its tables, its end, its keys.</summary>
internal sealed class OpenStore : IDisposable
{
    private OpenStore(LedgerTables tables, LedgerTip tip, LedgerKeys keys) =>
        (Tables, Tip, Keys, Wal, OpenExchanges, UsedBytes) =
            (tables, tip, keys, new WalGauge(tables.Connection), tables.Exchanges.Open(), tables.UsedBytes());

    public LedgerTables Tables { get; }

    public LedgerTip Tip { get; }

    public LedgerKeys Keys { get; }

    public WalGauge Wal { get; }

    /// <summary>Exchanges without an outcome when it was opened, oldest first.</summary>
    public IReadOnlyList<string> OpenExchanges { get; }

    /// <summary>Bytes in use when it was opened.</summary>
    public long UsedBytes { get; }

    /// <summary>What the ledger remembered of the clock when it was opened.</summary>
    public ClockMemory Clock { get; private init; }

    /// <summary>Opens it, making keys and file for a new home.</summary>
    /// <param name="home">The home.</param>
    /// <param name="settings">What the ledger is asked to be.</param>
    /// <param name="keys">The keys, if they were read before.</param>
    /// <param name="now">The day of a new key.</param>
    /// <exception cref="HomeException">The home cannot be used, or its ledger is damaged.</exception>
    /// <exception cref="IOException">The disk refused.</exception>
    /// <exception cref="SqliteFaultException">SQLite or the disk refused.</exception>
    public static OpenStore Open(HomeDirectory home, LedgerSettings settings, LedgerKeys? keys, DateTimeOffset now)
    {
        LedgerTables? tables = null;
        try
        {
            keys ??= LedgerKeys.OpenOrCreate(home, settings.Origin, now);
            tables = new LedgerTables(StoreConnection.OpenWriter(home.LedgerFile));
            var origin = tables.Origin(settings.Origin);
            if (origin != keys.Verifier.Name)
            {
                throw new HomeException(
                    $"The ledger in {home.Path} is of the log {origin}, its keys of {keys.Verifier.Name}. "
                    + "Restore the two from the same backup.");
            }

            return new OpenStore(tables, LedgerTip.Load(tables, keys.Verifier), keys)
            {
                Clock = ClockMemory.Read(tables),
            };
        }
        catch (UnauthorizedAccessException e)
        {
            tables?.Dispose();
            throw new HomeException(
                $"Cannot open the ledger in {home.Path}: {e.Message} Does it belong to this user?", e);
        }
        catch
        {
            tables?.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        Wal.Dispose();
        Tables.Dispose();
    }
}
