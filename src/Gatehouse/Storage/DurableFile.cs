using Gatehouse.Linux;

namespace Gatehouse.Storage;

/// <summary>Writes small files so that after a crash there is either the old one or the whole new one.</summary>
internal static class DurableFile
{
    /// <summary>Writes to a temporary name, makes it durable, renames it, makes the name durable. Mode 0600.</summary>
    /// <exception cref="IOException">The disk refused; the old file, if any, is untouched.</exception>
    public static void Write(string path, ReadOnlySpan<byte> bytes)
    {
        var temporary = path + ".new";
        var options = new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            Share = FileShare.None,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        };
        using (var file = new FileStream(temporary, options))
        {
            file.Write(bytes);
            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
        LinuxFile.SyncDirectory(Path.GetDirectoryName(path)!);
    }
}
