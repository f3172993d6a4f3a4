using System.Text;
using Gatehouse.Core.Estate;

namespace Gatehouse.Estate;

/// <summary>Writes the commented starter estate into a home, and never over an existing one.</summary>
internal static class StarterFile
{
    private const UnixFileMode OwnerOnlyDirectory =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private const UnixFileMode OwnerOnlyFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Writes the estate file and its schema.</summary>
    /// <exception cref="IOException">A file is already there, or the home cannot be written.</exception>
    /// <exception cref="ArgumentException">A name that the estate file does not accept.</exception>
    public static void Write(string home, string name, ListenAddress gate, TextWriter error)
    {
        var text = StarterEstate.Text(name, LocalZone.Name, gate);
        CloseHome(home, error);
        WriteNew(EstateFile.PathIn(home), text, FileMode.CreateNew);
        WriteNew(Path.Combine(home, EstateSchema.FileName), EstateSchema.Text(), FileMode.Create);
    }

    // The ledger and the keys will lie in the home, so nobody else may look. A directory that holds something may be
    // anything, even /etc by mistake: its rights are not touched, only remarked on.
    private static void CloseHome(string home, TextWriter error)
    {
        if (!Directory.Exists(home))
            Directory.CreateDirectory(home, OwnerOnlyDirectory);
        else if (!Directory.EnumerateFileSystemEntries(home).Any())
            File.SetUnixFileMode(home, OwnerOnlyDirectory);
        else if ((File.GetUnixFileMode(home) & ~OwnerOnlyDirectory) != 0)
            error.WriteLine($"warning: others may look into {home}; close it with: chmod 700 {home}");
    }

    private static void WriteNew(string path, string text, FileMode mode)
    {
        var options = new FileStreamOptions
        {
            Mode = mode,
            Access = FileAccess.Write,
            UnixCreateMode = OwnerOnlyFile,
        };
        using var file = new FileStream(path, options);
        file.Write(Encoding.UTF8.GetBytes(text));
    }
}
