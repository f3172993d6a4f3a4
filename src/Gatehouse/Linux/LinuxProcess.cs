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
