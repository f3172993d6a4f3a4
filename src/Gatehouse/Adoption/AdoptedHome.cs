using Gatehouse.Core.Adoption;
using Gatehouse.Linux;

namespace Gatehouse.Adoption;

/// <summary>Hands the home to the user that the gate runs as, and back.</summary>
internal static class AdoptedHome
{
    public static void HandOver(OwnHomeStep step)
    {
        Directory.CreateDirectory(
            step.Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Give(step.Path, step.Uid);
    }

    /// <summary>What the gate recorded stays: only a person takes that away.</summary>
    public static void GiveBack(OwnHomeStep step)
    {
        if (Directory.Exists(step.Path)) Give(step.Path, step.UidBefore ?? UserNames.OwnUid);
    }

    private static void Give(string path, int uid)
    {
        SocketFile.ChangeOwner(path, uid);
        var options = new EnumerationOptions
        {
            RecurseSubdirectories = true,
            AttributesToSkip = FileAttributes.ReparsePoint,
            IgnoreInaccessible = false,
        };
        // Links are left out, and folders behind them are not entered: the gate may have made them.
        foreach (var entry in new DirectoryInfo(path).EnumerateFileSystemInfos("*", options))
        {
            if (SocketFile.OwnerOf(entry.FullName) != uid) SocketFile.ChangeOwner(entry.FullName, uid);
        }
    }
}
