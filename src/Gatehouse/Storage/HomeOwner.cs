using Gatehouse.Linux;

namespace Gatehouse.Storage;

/// <summary>
/// A home belongs to one user. Root that writes to another user's home in this process becomes that user first: files
/// of root's in it would stop the gate that runs as its owner, such as the one in a container.
/// </summary>
internal static class HomeOwner
{
    /// <summary>Becomes the owner of a home, for good, where this process is root and the owner is not.</summary>
    /// <returns>The owner's uid, or null when nothing had to change.</returns>
    /// <exception cref="HomeException">The kernel refused.</exception>
    public static int? Become(string home)
    {
        var (uid, gid) = SocketFile.OwnerAndGroupOf(home);
        if (UserNames.OwnUid != 0 || uid <= 0) return null;
        if (LinuxProcess.BecomeUser(uid, gid) is not 0 and var errno)
        {
            throw new HomeException(
                $"The home {home} belongs to uid {uid}, and this process cannot become that user "
                + $"(error {errno}). Run it as that user.");
        }
        return uid;
    }
}
