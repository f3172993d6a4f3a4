using System.Text;
using Gatehouse.Core.Estate;
using Gatehouse.Linux;

namespace Gatehouse.Estate;

/// <summary>Reads the estate file of a home; what the disk does wrong becomes a problem like any other.</summary>
internal static class EstateFile
{
    public const string Name = "gatehouse.yaml";

    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    /// <summary>The path of the file in a home.</summary>
    public static string PathIn(string home) => Path.Combine(home, Name);

    /// <summary>Reads and checks the file.</summary>
    public static EstateReading Read(string home) => Read(home, out _);

    /// <summary>The plan of a home; null when it has no valid file.</summary>
    public static EstatePlan? TryRead(string home) => File.Exists(PathIn(home)) ? Read(home).Plan : null;

    /// <summary>Reads and checks the file, and gives its text.</summary>
    public static EstateReading Read(string home, out string text)
    {
        text = "";
        var path = PathIn(home);
        try
        {
            using var file = new FileStream(LinuxFile.OpenOrdinary(path), FileAccess.Read, bufferSize: 0);
            // One byte more than allowed is enough for the reader to refuse it.
            var bytes = new byte[EstateReader.BytesMax + 1];
            var length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            text = Strict.GetString(bytes, 0, length);
            return EstateReader.Read(text.StartsWith('\uFEFF') ? text[1..] : text, path);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return Unreadable(path, "there is no such file; `gatehouse init` writes one");
        }
        catch (DecoderFallbackException)
        {
            return Unreadable(path, "the file is not UTF-8 text; save it as UTF-8");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return Unreadable(path, $"the file cannot be read: {error.Message}");
        }
    }

    private static EstateReading Unreadable(string path, string message) =>
        new()
        {
            Problems = [new EstateProblem { File = path, Line = 1, Column = 1, Message = message }],
            Warnings = [],
        };
}

/// <summary>The estate file cannot be used. Every problem is a line that names its place in the file.</summary>
internal sealed class EstateException(IReadOnlyList<string> problems) : Exception(string.Join('\n', problems))
{
    public IReadOnlyList<string> Problems { get; } = problems;
}

/// <summary>The time zone of this machine, for a new estate.</summary>
internal static class LocalZone
{
    /// <summary>
    /// The zone's id is an IANA name on Linux; where it has none that the estate accepts, UTC is right everywhere.
    /// </summary>
    public static string Name
    {
        get
        {
            var id = TimeZoneInfo.Local.Id;
            var isName = TimeZoneInfo.Local.HasIanaId
                && id.All(static letter => char.IsAsciiLetterOrDigit(letter) || "/_-+".Contains(letter));
            return isName ? id : "UTC";
        }
    }
}

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
