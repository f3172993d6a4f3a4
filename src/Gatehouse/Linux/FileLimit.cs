using System.Runtime.InteropServices;

namespace Gatehouse.Linux;

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
