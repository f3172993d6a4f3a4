using System.Globalization;
using Gatehouse.Core.Adoption;
using Gatehouse.Linux;

namespace Gatehouse.Adoption;

/// <summary>
/// Where journals lie: a folder of root's own. Not the home: the gate can write there, and undoing does what a journal
/// says, as root.
/// </summary>
internal sealed class JournalFolder
{
    public const string Usual = "/var/lib/gatehouse-adoptions";

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private const UnixFileMode Others = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    private readonly string _path;

    private JournalFolder(string path) => _path = path;

    /// <summary>What the journals call around each line; see <see cref="JournalFile.Around"/>.</summary>
    public Action<JournalLine, bool>? Around { get; set; }

    /// <summary>Opens the folder, and makes it where it is missing.</summary>
    /// <exception cref="AdoptionException">It is not this user's alone.</exception>
    public static JournalFolder Open(string path)
    {
        try
        {
            Directory.CreateDirectory(path, OwnerOnly);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new AdoptionException($"The folder for journals {path} cannot be made: {error.Message}", error);
        }
        if (SocketFile.OwnerOf(path) != UserNames.OwnUid || (File.GetUnixFileMode(path) & Others) != 0)
        {
            throw new AdoptionException(
                $"Others could write to {path}, and what lies there is carried out. Make it yours alone: "
                    + $"chmod 700 {path}");
        }
        return new JournalFolder(path);
    }

    /// <summary>
    /// Opens the folder to look into it, and makes nothing; null when this user may not look, or it is not its own. A
    /// folder that is not there holds no journal.
    /// </summary>
    public static JournalFolder? TryRead(string path)
    {
        try
        {
            if (Directory.Exists(path)) _ = Directory.EnumerateFiles(path).Any();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
        return new JournalFolder(path);
    }

    /// <summary>Takes the right to adopt and undo, which one run at a time has.</summary>
    /// <exception cref="AdoptionException">Another run has it.</exception>
    public AdoptionLock Hold(string verb) => AdoptionLock.Take(_path, verb);

    /// <summary>Journals of adoptions that stand or were cut off, oldest first.</summary>
    public IReadOnlyList<JournalFile> Open() => !Directory.Exists(_path) ? [] :
    [
        .. Directory.EnumerateFiles(_path, "*.journal").Order(StringComparer.Ordinal)
            .Select(path => JournalFile.Read(path, Around)),
    ];

    /// <summary>
    /// Whether adoptions stand, all whole; null while one is being done or undone, or was cut off. Only reads, beside
    /// whoever is at work.
    /// </summary>
    public bool? IsStanding()
    {
        var all = Directory.EnumerateFiles(_path, "*.journal")
            .Select(static path => JournalJson.Read(File.ReadAllText(path))).ToArray();
        if (all.Length == 0) return false;
        return all.All(static lines => lines is [.., { Event: JournalEvent.Adopted }]) ? true : null;
    }

    /// <summary>Begins a journal with its plan, durable.</summary>
    public JournalFile Begin(JournalLine plan)
    {
        var stamp = plan.At.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        return JournalFile.Begin(Path.Combine(_path, $"{stamp}-{plan.Adoption}.journal"), plan, Around);
    }
}
