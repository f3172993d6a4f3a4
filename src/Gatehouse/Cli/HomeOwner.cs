using System.Runtime.InteropServices;
using Gatehouse.Listening;
using Gatehouse.Storage;

namespace Gatehouse.Cli;

/// <summary>
/// A home belongs to one user. Root that writes to another user's home in this process becomes that user first: files
/// of root's in it would stop the gate that runs as its owner, such as the one in a container.
/// </summary>
internal static partial class HomeOwner
{
    /// <summary>Becomes the owner of a home, for good, where this process is root and the owner is not.</summary>
    /// <returns>The owner's uid, or null when nothing had to change.</returns>
    /// <exception cref="HomeException">The kernel refused.</exception>
    public static int? Become(string home)
    {
        var (uid, gid) = SocketFile.OwnerAndGroupOf(home);
        if (UserNames.OwnUid != 0 || uid <= 0) return null;
        // The groups first: without root's rights they can no longer be given up. glibc changes every thread.
        if (SetGroups(0, 0) != 0 || SetGroup(gid, gid, gid) != 0 || SetUser(uid, uid, uid) != 0)
        {
            throw new HomeException(
                $"The home {home} belongs to uid {uid}, and this process cannot become that user "
                + $"(error {Marshal.GetLastPInvokeError()}). Run it as that user.");
        }
        return uid;
    }

    [LibraryImport("libc", EntryPoint = "setgroups", SetLastError = true)]
    private static partial int SetGroups(nint count, nint groups);

    [LibraryImport("libc", EntryPoint = "setresgid", SetLastError = true)]
    private static partial int SetGroup(int real, int effective, int saved);

    [LibraryImport("libc", EntryPoint = "setresuid", SetLastError = true)]
    private static partial int SetUser(int real, int effective, int saved);
}
