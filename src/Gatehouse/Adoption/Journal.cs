using System.Globalization;
using Gatehouse.Core.Adoption;
using Gatehouse.Linux;
using Gatehouse.Storage;

namespace Gatehouse.Adoption;

/// <summary>One adoption's journal: every line is on disk before what it announces is done.</summary>
internal sealed class JournalFile
{
    private const string Ended = ".undone";

    private readonly List<JournalLine> _lines;

    private JournalFile(string path, IEnumerable<JournalLine> lines) => (Path, _lines) = (path, [.. lines]);

    public string Path { get; }

    /// <summary>Called before (false) and after (true) each line is written; tests end a run there.</summary>
    public Action<JournalLine, bool>? Around { get; init; }

    public JournalLine Plan => _lines[0];

    public IReadOnlyList<AdoptionStep> Steps => Plan.Steps!.Value;

    /// <summary>Whether every step was done.</summary>
    public bool IsComplete => _lines.Any(static line => line.Event == JournalEvent.Adopted);

    /// <summary>Steps that were begun and are not undone yet, last first.</summary>
    public IReadOnlyList<int> Standing
    {
        get
        {
            var begun = _lines.Where(static line => line.Event == JournalEvent.Begun)
                .Select(static line => line.Step!.Value);
            var undone = _lines.Where(static line => line.Event == JournalEvent.Undone)
                .Select(static line => line.Step!.Value);
            return [.. begun.Except(undone).Distinct().OrderDescending()];
        }
    }

    /// <summary>
    /// The step in which a run was cut off, and when it began; null when no run was. The engine may be at it still:
    /// it finishes what it was asked for, whether anybody waits or not.
    /// </summary>
    public (int Step, DateTimeOffset At)? CutOff => _lines[^1] is { Event: JournalEvent.Begun, Step: { } step } last
        ? (step, last.At) : null;

    /// <exception cref="AdoptionException">It cannot be read.</exception>
    public static JournalFile Read(string path, Action<JournalLine, bool>? around)
    {
        try
        {
            var lines = JournalJson.Read(File.ReadAllText(path));
            // A crash while the plan was written: nothing was begun, so nothing is there to undo.
            if (lines.Count == 0) return new JournalFile(path, [Empty]) { Around = around };
            var torn = File.ReadAllBytes(path);
            if (torn[^1] != (byte)'\n') Cut(path, torn);
            return new JournalFile(path, lines) { Around = around };
        }
        catch (Exception error) when (error is FormatException or IOException or UnauthorizedAccessException)
        {
            throw new AdoptionException($"The journal {path} cannot be read: {error.Message}", error);
        }
    }

    public static JournalFile Begin(string path, JournalLine plan, Action<JournalLine, bool>? around)
    {
        around?.Invoke(plan, false);
        DurableFile.Write(path, JournalJson.Write(plan));
        around?.Invoke(plan, true);
        return new JournalFile(path, [plan]) { Around = around };
    }

    /// <summary>Adds a line, durable when this returns.</summary>
    public void Add(JournalLine line)
    {
        Around?.Invoke(line, false);
        using (var file = new FileStream(Path, FileMode.Append, FileAccess.Write, FileShare.Read))
        {
            file.Write(JournalJson.Write(line));
            file.Flush(flushToDisk: true);
        }
        _lines.Add(line);
        Around?.Invoke(line, true);
    }

    /// <summary>Everything is as before: the journal stays for people, under another name.</summary>
    public void Close() => File.Move(Path, Path + Ended, overwrite: true);

    /// <summary>A torn last line must not become part of the next one.</summary>
    private static void Cut(string path, byte[] bytes)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Write);
        file.SetLength(Array.LastIndexOf(bytes, (byte)'\n') + 1);
        file.Flush(flushToDisk: true);
    }

    private static JournalLine Empty { get; } = new()
    {
        Event = JournalEvent.Planned,
        At = DateTimeOffset.UnixEpoch,
        V = JournalLine.Version,
        Steps = [],
    };
}

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

    /// <summary>Journals of adoptions that are in place or were cut off, oldest first.</summary>
    public IReadOnlyList<JournalFile> Open() => !Directory.Exists(_path) ? [] :
    [
        .. Directory.EnumerateFiles(_path, "*.journal").Order(StringComparer.Ordinal)
            .Select(path => JournalFile.Read(path, Around)),
    ];

    /// <summary>
    /// Whether adoptions are in place, all complete; null while one is being done or undone, or was interrupted. Only
    /// reads, so it may run beside an adoption.
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
