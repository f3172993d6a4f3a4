using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Gatehouse.Linux;

/// <summary>The few file calls of Linux that .NET does not offer.</summary>
internal static partial class LinuxFile
{
    /// <summary>errno: no space left on device.</summary>
    public const int Enospc = 28;

    /// <summary>errno: the machine, or this process, has no file descriptor left.</summary>
    public const int Enfile = 23, Emfile = 24;

    /// <summary>errno: read-only file system.</summary>
    public const int Erofs = 30;

    /// <summary>errno: disk quota exceeded.</summary>
    public const int Edquot = 122;

    // errno of flock(2) with LOCK_NB when another process holds the lock.
    private const int Ewouldblock = 11;

    // flock(2).
    private const int LockExclusive = 2;
    private const int LockNonBlocking = 4;

    // open(2): O_RDWR | O_CREAT | O_CLOEXEC, and O_RDONLY | O_CLOEXEC.
    private const int ReadWriteCreate = 0x2 | 0x40 | 0x80000;
    private const int ReadOnly = 0x80000;

    // open(2): a pipe without a writer would block.
    private const int NonBlocking = 0x800;

    // statx(2): stx_mode lies at 28; inode(7) for the type in it.
    private const int StatxModeAt = 28, EmptyPath = 0x1000, TypeMask = 0xF000, OrdinaryFile = 0x8000;
    private const uint StatxType = 1;
    private const int Enoent = 2;

    // Mode 0600.
    private const int OwnerReadWrite = 0x180;

    // struct statfs is 120 bytes on 64-bit Linux; f_type is its first word (statfs(2)).
    private const int StatfsBytes = 256;

    // struct statx is 256 bytes; AT_FDCWD; STATX_INO and STATX_SIZE (statx(2)).
    private const int StatxBytes = 256;
    private const int WorkingDirectory = -100;
    private const uint StatxInode = 0x100;
    private const uint StatxSize = 0x200;

    // struct timex is 208 bytes on 64-bit Linux (adjtimex(2)); "modes = 0" only reads.
    private const int TimexBytes = 256;

    // adjtimex(2): the return value when the clock is not synchronised.
    private const int TimeError = 5;

    /// <summary>The file system's magic number (statfs(2), linux/magic.h).</summary>
    public static long FileSystemMagic(string path)
    {
        Span<byte> result = stackalloc byte[StatfsBytes];
        result.Clear();
        if (Statfs(path, result) != 0)
            throw Error($"Cannot ask which file system {path} lies on");
        return BitConverter.ToInt64(result);
    }

    /// <summary>Takes the exclusive lock of an open file at once. False if somebody else holds it.</summary>
    public static bool TryLock(SafeFileHandle file, string path)
    {
        if (Flock(file, LockExclusive | LockNonBlocking) == 0)
            return true;
        if (Marshal.GetLastPInvokeError() == Ewouldblock)
            return false;
        throw Error($"Cannot lock {path}");
    }

    /// <summary>
    /// Opens a file to lock, creating it for its owner alone; read-only where nothing can be written. .NET's own way
    /// of opening takes a lock of its own on the same file.
    /// </summary>
    public static SafeFileHandle OpenToLock(string path)
    {
        var file = Open(path, ReadWriteCreate, OwnerReadWrite);
        if (file < 0 && Marshal.GetLastPInvokeError() == Erofs)
            file = Open(path, ReadOnly, 0);
        if (file < 0)
            throw Error($"Cannot open {path}");
        return new SafeFileHandle(file, ownsHandle: true);
    }

    /// <summary>Opens a directory to lock it.</summary>
    public static SafeFileHandle OpenFolder(string path)
    {
        var folder = Open(path, ReadOnly, 0);
        return folder >= 0 ? new SafeFileHandle(folder, ownsHandle: true)
            : throw Error($"Cannot open the directory {path}");
    }

    /// <summary>
    /// Opens a file for reading if it is an ordinary one: a pipe or a device may never end, or never begin.
    /// </summary>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    /// <exception cref="IOException">It cannot be opened, or is no ordinary file.</exception>
    public static SafeFileHandle OpenOrdinary(string path)
    {
        var file = Open(path, ReadOnly | NonBlocking, 0);
        var error = file < 0 ? Marshal.GetLastPInvokeError() : 0;
        if (error == Enoent) throw new FileNotFoundException("There is no such file.", path);
        if (error != 0) throw Error($"Cannot open {path}", error);
        var handle = new SafeFileHandle(file, ownsHandle: true);
        Span<byte> status = stackalloc byte[StatxBytes];
        if (Statx(file, "", EmptyPath, StatxType, status) == 0
            && (BitConverter.ToUInt16(status[StatxModeAt..]) & TypeMask) == OrdinaryFile)
        {
            return handle;
        }
        handle.Dispose();
        throw new IOException($"{path} is not an ordinary file.");
    }

    /// <summary>
    /// Takes the exclusive lock of a directory at once: it holds whatever becomes of the files in it. Null if somebody
    /// else holds it.
    /// </summary>
    public static SafeFileHandle? TryLockDirectory(string path)
    {
        var directory = OpenFolder(path);
        try
        {
            if (TryLock(directory, path))
                return directory;
        }
        catch
        {
            directory.Dispose();
            throw;
        }

        directory.Dispose();
        return null;
    }

    /// <summary>Which file a path leads to now; null if to none.</summary>
    public static FileIdentity? IdentityOf(string path)
    {
        // struct statx (statx(2)), the same on every architecture: stx_ino at 32, stx_size at 40, stx_dev_major at 136.
        Span<byte> status = stackalloc byte[StatxBytes];
        status.Clear();
        return Statx(WorkingDirectory, path, 0, StatxInode | StatxSize, status) == 0
            ? new FileIdentity(
                BitConverter.ToInt64(status[136..]), BitConverter.ToInt64(status[32..]),
                BitConverter.ToInt64(status[40..]))
            : null;
    }

    /// <summary>Makes names created, renamed or removed in a directory durable.</summary>
    public static void SyncDirectory(string path)
    {
        var handle = Open(path, ReadOnly, 0);
        if (handle < 0)
            throw Error($"Cannot open the directory {path}");
        var result = Fsync(handle);
        var error = Marshal.GetLastPInvokeError();
        _ = Close(handle);
        if (result != 0)
            throw Error($"Cannot make the directory {path} durable", error);
    }

    /// <summary>True if the kernel says that the clock is synchronised (adjtimex(2)).</summary>
    public static bool IsClockSynchronised()
    {
        Span<byte> timex = stackalloc byte[TimexBytes];
        timex.Clear();
        var state = Adjtimex(timex);
        return state >= 0 && state != TimeError;
    }

    /// <summary>The operating system's error number behind a failed file operation; 0 if unknown.</summary>
    public static int ErrnoOf(IOException fault) => fault.HResult is > 0 and < 4096 ? fault.HResult : 0;

    private static IOException Error(string what, int error = 0)
    {
        var code = error == 0 ? Marshal.GetLastPInvokeError() : error;
        return new IOException($"{what}: {new Win32Exception(code).Message}.", code);
    }

    [LibraryImport("libc", EntryPoint = "statfs", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statfs(string path, Span<byte> result);

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int directory, string path, int flags, uint mask, Span<byte> status);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static partial int Flock(SafeFileHandle file, int operation);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Fsync(int file);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int file);

    [LibraryImport("libc", EntryPoint = "adjtimex")]
    private static partial int Adjtimex(Span<byte> timex);
}

/// <summary>A file as the kernel knows it.</summary>
/// <param name="Device">Its file system.</param>
/// <param name="Inode">Its number there.</param>
/// <param name="Bytes">Its size.</param>
internal readonly record struct FileIdentity(long Device, long Inode, long Bytes)
{
    public bool IsSameFileAs(FileIdentity? other) =>
        other is { } file && (file.Device, file.Inode) == (Device, Inode);
}
