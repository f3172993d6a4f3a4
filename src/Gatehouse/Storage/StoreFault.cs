using Gatehouse.Linux;
using SQLitePCL;

namespace Gatehouse.Storage;

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
