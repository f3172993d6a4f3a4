using Gatehouse.Core.Ledger;
using Gatehouse.Linux;
using SQLitePCL;

namespace Gatehouse.Storage;

/// <summary>A ledger file that is open for writing: its tables, its end, its keys.</summary>
internal sealed class OpenStore : IDisposable
{
    private OpenStore(LedgerTables tables, LedgerTip tip, LedgerKeys keys) =>
        (Tables, Tip, Keys, Wal, OpenExchanges, UsedBytes) =
            (tables, tip, keys, new WalGauge(tables.Connection), tables.Exchanges.Open(), tables.UsedBytes());

    /// <summary>What is lost and was accepted as such, and not yet on record.</summary>
    public LedgerLoss? Loss { get; set; }

    /// <summary>The files that SQLite has open, as they were when it opened them.</summary>
    public required StoreFiles Files { get; init; }

    public LedgerTables Tables { get; }

    /// <summary>The lease that this open took.</summary>
    public required StateLease Lease { get; init; }

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
            var head = HeadFile.Read(home, keys.Verifier, out var lost);
            if (head is { Size: > 0 } && !home.HasLedger)
            {
                lost = $"{home.LedgerFile} is {(File.Exists(home.LedgerFile) ? "empty" : "not there")}, but it had "
                    + $"{head.Size} entries when its head was signed last";
            }
            // Before SQLite makes a new file: what lies there may still be rescued.
            if (lost.Length > 0 && settings.AcceptLoss is null)
                throw Refuse(home, lost);
            tables = new LedgerTables(StoreConnection.OpenWriter(home.LedgerFile));
            var origin = tables.Origin(settings.Origin);
            if (origin != keys.Verifier.Name)
            {
                throw new HomeException(
                    $"The ledger in {home.Path} is of the log {origin}, its keys of {keys.Verifier.Name}. "
                    + "Restore the two from the same backup.");
            }

            var tip = LedgerTip.Load(tables, keys.Verifier);
            if (head is not null && tip.Misses(head, tables, keys.Verifier) is { } missing && lost.Length == 0)
                lost = missing;
            if (lost.Length > 0 && settings.AcceptLoss is null)
                throw Refuse(home, lost);
            // The home's lock has kept every other writer out since before the tree was read.
            var lease = TakeLease(tables, settings.Origin);
            if (lost.Length == 0)
                SignRest(home, settings, tables, tip, keys, head!);
            return new OpenStore(tables, tip, keys)
            {
                Files = new StoreFiles(home.LedgerFile),
                Lease = lease,
                Loss = lost.Length == 0 ? null : new LedgerLoss(lost, head, tip.Frontier.Size),
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

    /// <summary>Begins a transaction of the holder of the lease.</summary>
    /// <exception cref="LeaseLostException">Another writer has taken it; no transaction is open.</exception>
    public void Begin()
    {
        Tables.Begin();
        try
        {
            Tables.State.CheckLease(Lease);
        }
        catch (LeaseLostException)
        {
            Tables.Rollback();
            throw;
        }
    }

    private static StateLease TakeLease(LedgerTables tables, string holder)
    {
        tables.Begin();
        var lease = tables.State.TakeLease(holder);
        tables.Commit();
        return lease;
    }

    // What a crash left unsigned is signed before anything comes after it: what has no signature is always of one life
    // of the process.
    private static void SignRest(
        HomeDirectory home, LedgerSettings settings, LedgerTables tables, LedgerTip tip, LedgerKeys keys,
        Checkpoint head)
    {
        tip.Sign(tables, keys);
        if (tip.Signed.Size == head.Size)
            return;
        settings.AtStep?.Invoke("checkpoint");
        HeadFile.Write(home, tip.Note!);
    }

    private static HomeException Refuse(HomeDirectory home, string what) => new(
        $"The ledger in {home.Path} is not the one that was signed last: {what}. Restore it from a backup. If it is "
        + "lost, put that on record: gatehouse ledger accept-loss --why \"…\"");

    public void Dispose()
    {
        Wal.Dispose();
        Tables.Dispose();
    }
}

/// <summary>
/// The database and the files beside it, as SQLite opened them. SQLite goes on writing to files that were removed; what
/// it writes there is gone when the process ends.
/// </summary>
internal sealed class StoreFiles(string path)
{
    private static readonly string[] Beside = ["-wal", "-shm"];

    private readonly FileIdentity? _database = LinuxFile.IdentityOf(path);
    private readonly FileIdentity?[] _beside = [.. Beside.Select(name => LinuxFile.IdentityOf(path + name))];

    /// <summary>True if the database itself is in its place.</summary>
    public bool HasDatabase => LinuxFile.IdentityOf(path) is { Bytes: > 0 } now && now.IsSameFileAs(_database);

    /// <summary>The file that was removed, emptied or replaced since; null if all are in their places.</summary>
    public string? FindMissing()
    {
        if (!HasDatabase)
            return path;
        for (var i = 0; i < Beside.Length; i++)
        {
            var now = LinuxFile.IdentityOf(path + Beside[i]);
            if (_beside[i] is null)
                _beside[i] = now;
            else if (now?.IsSameFileAs(_beside[i]) != true)
                return path + Beside[i];
        }

        return null;
    }
}

/// <summary>Tells weather from damage: what may be tried again, and what must stop the process.</summary>
internal static class StoreFault
{
    /// <summary>
    /// The refusal for a failure that may pass; <see cref="LedgerRefusal.Stopped"/> if it must not be survived.
    /// </summary>
    /// <param name="code">SQLite's extended result code.</param>
    /// <param name="errno">The operating system's error number.</param>
    public static LedgerRefusal Classify(int code, int errno)
    {
        // After a failed fsync nobody knows what is on disk, whatever the reason: never retried.
        if (code is raw.SQLITE_IOERR_FSYNC or raw.SQLITE_IOERR_DIR_FSYNC or raw.SQLITE_READONLY_DBMOVED)
            return LedgerRefusal.Stopped;
        return (code & 0xff) switch
        {
            raw.SQLITE_FULL => LedgerRefusal.DiskFull,
            raw.SQLITE_READONLY => LedgerRefusal.ReadOnly,
            raw.SQLITE_BUSY or raw.SQLITE_LOCKED => LedgerRefusal.Busy,
            raw.SQLITE_IOERR when code == raw.SQLITE_IOERR_SHMSIZE => LedgerRefusal.DiskFull,
            raw.SQLITE_IOERR or raw.SQLITE_CANTOPEN => ClassifyErrno(errno),
            _ => LedgerRefusal.Stopped,
        };
    }

    /// <summary>The same for a failed file operation.</summary>
    public static LedgerRefusal Classify(IOException fault) => ClassifyErrno(LinuxFile.ErrnoOf(fault));

    private static LedgerRefusal ClassifyErrno(int errno) => errno switch
    {
        LinuxFile.Enospc or LinuxFile.Edquot => LedgerRefusal.DiskFull,
        LinuxFile.Emfile or LinuxFile.Enfile => LedgerRefusal.NoDescriptors,
        LinuxFile.Erofs => LedgerRefusal.ReadOnly,
        _ => LedgerRefusal.Stopped,
    };
}
