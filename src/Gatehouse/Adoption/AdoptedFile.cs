using Gatehouse.Core.Adoption;
using Gatehouse.Linux;

namespace Gatehouse.Adoption;

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
