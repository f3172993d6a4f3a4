using System.Globalization;
using System.Runtime.InteropServices;

namespace Gatehouse.Linux;

/// <summary>What the kernel lets this process do to itself and to others, where .NET has no method for it.</summary>
internal static partial class LinuxProcess
{
    /// <summary>Ends this process at once: no finally, no finalizer, no exit handler runs (_exit(2)).</summary>
    public static void ExitNow(int code) => Exit(code);

    /// <summary>Sends a signal by its number in signal(7); a process that is gone is not an error.</summary>
    public static void Signal(int pid, int signal) => _ = Kill(pid, signal);

    /// <summary>Becomes another user for good; needs root.</summary>
    /// <returns>0, or the errno for which the kernel refused; some of the rights may be gone then.</returns>
    public static int BecomeUser(int uid, int gid)
        // The groups first: without root's rights they can no longer be given up. glibc changes every thread.
        => SetGroups(0, 0) == 0 && SetGroup(gid, gid, gid) == 0 && SetUser(uid, uid, uid) == 0
            ? 0 : Marshal.GetLastPInvokeError();

    [LibraryImport("libc", EntryPoint = "_exit")]
    private static partial void Exit(int code);

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int pid, int signal);

    [LibraryImport("libc", EntryPoint = "setgroups", SetLastError = true)]
    private static partial int SetGroups(nint count, nint groups);

    [LibraryImport("libc", EntryPoint = "setresgid", SetLastError = true)]
    private static partial int SetGroup(int real, int effective, int saved);

    [LibraryImport("libc", EntryPoint = "setresuid", SetLastError = true)]
    private static partial int SetUser(int real, int effective, int saved);
}

/// <summary>
/// User names of the machine's own users (passwd(5)); a user that a directory service knows is named by number.
/// </summary>
internal static partial class UserNames
{
    private const string File = "/etc/passwd";

    /// <summary>The user that this process is now: root that works on another user's home becomes that user.</summary>
    public static int OwnUid => (int)GetEffectiveUid();

    public static string NameOf(int uid)
    {
        foreach (var (name, id) in Read())
        {
            if (id == uid) return name;
        }
        return string.Create(CultureInfo.InvariantCulture, $"uid {uid}");
    }

    public static int? UidOf(string name)
    {
        foreach (var (known, id) in Read())
        {
            if (known == name) return id;
        }
        return null;
    }

    private static IEnumerable<(string Name, int Uid)> Read()
    {
        // An image from scratch has no such file: there every user is a number.
        if (!System.IO.File.Exists(File)) yield break;
        foreach (var line in System.IO.File.ReadLines(File))
        {
            var fields = line.Split(':');
            if (fields.Length >= 3
                && int.TryParse(fields[2], NumberStyles.None, CultureInfo.InvariantCulture, out var uid))
            {
                yield return (fields[0], uid);
            }
        }
    }

    [System.Runtime.InteropServices.LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint GetEffectiveUid();
}

/// <summary>
/// How many files and sockets this process may have open, and how they are divided: connections are capped, so that
/// there are always some for the ledger.
/// </summary>
internal static partial class FileLimit
{
    // getrlimit(2): RLIMIT_NOFILE on every architecture that .NET runs on under Linux.
    private const int OpenFiles = 7;

    /// <summary>No need is known for more; a listing of /proc/self/fd should stay short.</summary>
    private const ulong WantedMax = 65_536;

    /// <summary>Over any homelab's need; bounds sockets and memory against a flood.</summary>
    private const int ConnectionsMax = 10_000;

    /// <summary>Raises the soft limit as far as the hard one allows.</summary>
    public static void Raise()
    {
        if (Read(OpenFiles, out var limit) != 0) return;
        var wanted = Math.Min(WantedMax, limit.Hard);
        if (limit.Soft >= wanted) return;
        limit.Soft = wanted;
        _ = Write(OpenFiles, limit);
    }

    /// <summary>
    /// How many connections callers may have: a quarter, but no more than 256 files, is the ledger's, the listeners'
    /// and the control page's. A call may have one connection to a model, and another one may be kept for the next.
    /// </summary>
    public static int ConnectionsFor(long files)
        => (int)Math.Clamp((files - Math.Clamp(files / 4, 16, 256)) / 3, 8, ConnectionsMax);

    /// <summary>The soft limit.</summary>
    public static long Files => Read(OpenFiles, out var limit) == 0 ? (long)Math.Min(limit.Soft, WantedMax) : 1024;

    [StructLayout(LayoutKind.Sequential)]
    private struct Limit
    {
        public ulong Soft;
        public ulong Hard;
    }

    [LibraryImport("libc", EntryPoint = "getrlimit")]
    private static partial int Read(int resource, out Limit limit);

    [LibraryImport("libc", EntryPoint = "setrlimit")]
    private static partial int Write(int resource, in Limit limit);
}

/// <summary>
/// Settings of the C library's allocator, which SQLite and OpenSSL use. By default every thread gets a heap of its own
/// that it returns to the system and takes back again and again; two that keep a little are smaller and quicker.
/// </summary>
internal static partial class NativeHeap
{
    // mallopt(3): M_TRIM_THRESHOLD and M_ARENA_MAX.
    private const int TrimThreshold = -1;
    private const int ArenasMax = -8;

    // Bytes: more than the writer's page cache moves by, far below what would be missed.
    private const int KeptBytes = 8 * 1024 * 1024;

    public static void Tune()
    {
        _ = Set(TrimThreshold, KeptBytes);
        _ = Set(ArenasMax, 2);
    }

    /// <summary>Returns to the system what the allocator holds and nobody uses (malloc_trim(3)).</summary>
    public static void GiveBack() => _ = Trim(0);

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    private static partial int Trim(nuint kept);

    [LibraryImport("libc", EntryPoint = "mallopt")]
    private static partial int Set(int parameter, int value);
}
