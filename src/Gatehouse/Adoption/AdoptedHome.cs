using System.Text;
using Gatehouse.Core.Adoption;
using Gatehouse.Core.Estate;
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

/// <summary>
/// Files that an adoption writes: whole or not at all, and never through a link that somebody else could have put
/// there.
/// </summary>
internal static class AdoptedFile
{
    /// <summary>A file that is in the way of a restore is kept under this ending.</summary>
    public const string KeptEnding = ".kept-by-gatehouse";

    private const int BytesMax = 4 * 1024 * 1024;

    /// <summary>The file as it is; null when there is none.</summary>
    /// <exception cref="AdoptionException">It is no ordinary file, or too large.</exception>
    public static OriginalFile? Look(string path)
    {
        var info = new FileInfo(path);
        if (info.LinkTarget is not null || Directory.Exists(path))
            throw new AdoptionException($"{path} is a link or a folder; Gatehouse writes to neither.");
        if (!info.Exists) return null;
        if (info.Length > BytesMax) throw new AdoptionException($"{path} is over {BytesMax} bytes.");
        var (uid, gid) = SocketFile.OwnersOf(path);
        return new OriginalFile(File.ReadAllBytes(path), (int)File.GetUnixFileMode(path), uid, gid);
    }

    /// <exception cref="AdoptionException">It changed since the plan was made.</exception>
    public static void Write(WriteFileStep step)
    {
        var now = Look(step.Path);
        if (now is not null && now.Bytes.AsSpan().SequenceEqual(step.After)) return;
        if (!IsSame(now, step.Before))
            throw new AdoptionException($"{step.Path} changed since the plan was made. Run the command again.");
        // A file in a home that was just handed over belongs to whom the home belongs.
        var (uid, gid, mode) = step.Before is { } before
            ? (step.Owner ?? before.Uid, step.Owner is { } own && own != before.Uid ? own : before.Gid,
                (UnixFileMode)before.Mode)
            : (step.Owner ?? UserNames.OwnUid, step.Owner ?? -1, step.Owner is null
                ? UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead
                : UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Replace(step.Path, step.After, mode, uid, gid);
    }

    /// <summary>
    /// Puts the old file back. One that a person changed since is not lost: it is kept beside.
    /// </summary>
    public static void Restore(WriteFileStep step)
    {
        var now = Look(step.Path);
        if (now is not null && !now.Bytes.AsSpan().SequenceEqual(step.After) && !IsSame(now, step.Before))
            Replace(step.Path + KeptEnding, now.Bytes, (UnixFileMode)now.Mode, now.Uid, now.Gid);
        // What a crash in the middle of writing leaves.
        var folder = Path.GetDirectoryName(step.Path)!;
        if (Directory.Exists(folder)) File.Delete(FreshOf(step.Path));
        if (step.Before is { } before)
        {
            Replace(step.Path, before.Bytes, (UnixFileMode)before.Mode, before.Uid, before.Gid);
            return;
        }
        if (!Directory.Exists(folder)) return;
        File.Delete(step.Path);
        LinuxFile.SyncDirectory(folder);
        if (step.IsFolderNew && !Directory.EnumerateFileSystemEntries(folder).Any()) Directory.Delete(folder);
    }

    private static string FreshOf(string path)
        => Path.Combine(Path.GetDirectoryName(path)!, $".{Path.GetFileName(path)}.gatehouse-new");

    private static bool IsSame(OriginalFile? one, OriginalFile? other)
        => one is null || other is null ? one is null && other is null : one.Bytes.AsSpan().SequenceEqual(other.Bytes);

    private static void Replace(string path, byte[] bytes, UnixFileMode mode, int uid, int gid)
    {
        var folder = Path.GetDirectoryName(path)!;
        Directory.CreateDirectory(folder);
        var fresh = FreshOf(path);
        // A leftover of a crash, or something that was put there: neither is written through.
        File.Delete(fresh);
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        };
        using (var file = new FileStream(fresh, options))
        {
            file.Write(bytes);
            if (uid >= 0 && uid != UserNames.OwnUid || gid >= 0)
                SocketFile.ChangeOwners(file.SafeFileHandle, uid, gid);
            File.SetUnixFileMode(file.SafeFileHandle, mode);
            file.Flush(flushToDisk: true);
        }
        File.Move(fresh, path, overwrite: true);
        LinuxFile.SyncDirectory(folder);
    }
}

/// <summary>The home of the gate that an adoption makes, and the estate in it.</summary>
internal sealed class EstateOfHome(AdoptionRequest asked)
{
    private string EstatePath => Path.Combine(asked.Home, "gatehouse.yaml");

    private int HomeUid => SocketFile.OwnerOf(asked.Home);

    /// <summary>The home's owner now; null when there is no home.</summary>
    public int? UidBefore => HomeUid < 0 ? null : HomeUid;

    /// <summary>A home of an ordinary user stays that user's; root's, or none, becomes the image's.</summary>
    public int Uid => HomeUid > 0 ? HomeUid : AdoptionRequest.ImageUid;

    /// <summary>The estate that is there, or one without entries for a gate that runs so.</summary>
    /// <exception cref="AdoptionException">It is not valid.</exception>
    public (string Text, OriginalFile? Before, EstatePlan? Plan) Read(bool isOnHost)
    {
        if (AdoptedFile.Look(EstatePath) is not { } before)
            return (AdoptedEstate.Text("home", AdoptionRequest.Node, asked.TimeZone, isOnHost), null, null);
        var text = Encoding.UTF8.GetString(before.Bytes);
        return EstateReader.Read(text, EstatePath).Plan is { } plan ? (text, before, plan)
            : throw new AdoptionException(
                $"{EstatePath} is not valid. See what is wrong with it: gatehouse jobs --home {asked.Home}");
    }

    /// <param name="text">The estate's text now.</param>
    /// <param name="before">Its file; null where there is none.</param>
    /// <param name="draft">What is added and changed.</param>
    /// <param name="isServed">Whether a gate runs on it, which then reads it again.</param>
    /// <exception cref="AdoptionException">The estate would not be valid with the entries.</exception>
    public WriteFileStep Step(string text, OriginalFile? before, EstateDraft draft, bool isServed = false)
    {
        switch (EstateEditor.Add(text, draft, EstatePath))
        {
            case EstateEdit.Done done:
                return new WriteFileStep(EstatePath, Encoding.UTF8.GetBytes(done.Text), before,
                    "the estate")
                { Owner = Uid, Reloads = isServed ? asked.Home : null };
            case EstateEdit.Refused refused:
                throw new AdoptionException(
                    $"The estate would not be valid:\n  {string.Join("\n  ", refused.Problems)}");
            default:
                throw new InvalidOperationException("A kind of edit that is neither done nor refused.");
        }
    }
}
