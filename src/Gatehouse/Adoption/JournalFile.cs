using Gatehouse.Core.Adoption;
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
