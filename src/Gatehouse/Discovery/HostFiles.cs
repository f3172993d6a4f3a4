using System.Collections.Immutable;
using Gatehouse.Core.Discovery;
using Gatehouse.Core.Discovery.UnitFiles;
using Gatehouse.Linux;

namespace Gatehouse.Discovery;

/// <summary>
/// The files of a host as discovery sees them, below a root, so that a test or a container can look at another one.
/// Reads and never writes; what cannot be read is written down and passed over. Not for several threads at once.
/// </summary>
/// <param name="root">The folder that stands for <c>/</c>.</param>
internal sealed class HostFiles(string root)
{
    public const int ScriptBytesMax = 256 * 1024;
    public const int FileBytesMax = 8 * 1024 * 1024; // An installation with hundreds of flows stays below 5 MiB.

    private const int SmallBytesMax = 2 * 1024 * 1024; // An export of one flow.
    private const long AllBytesMax = 256L * 1024 * 1024; // Read in one look at a host.
    private const int EntriesMax = 100_000; // Names seen in one look.
    private const int SkippedMax = 200; // Written down; more of them help nobody.
    private const int LinksMax = 40; // Links followed for one path, as the kernel does.

    private readonly string _root = root.TrimEnd('/');
    private readonly List<SkippedFile> _skipped = [];
    private readonly HashSet<string> _said = new(StringComparer.Ordinal);
    private long _bytes;
    private int _entries;

    /// <summary>What was not read, and why.</summary>
    public IReadOnlyList<SkippedFile> Skipped => _skipped;

    /// <summary>Writes down that something was passed over; each path once.</summary>
    public void Skip(string path, string why, bool isForbidden = false)
    {
        if (_skipped.Count < SkippedMax && _said.Add(path))
            _skipped.Add(new SkippedFile(path, why, isForbidden));
    }

    /// <summary>The text of a file that ought to be read; what hinders it is written down.</summary>
    public string? Read(string path, int bytesMax = FileBytesMax)
    {
        var read = TryRead(path, bytesMax);
        if (read.Problem is not (HostFileProblem.None or HostFileProblem.NotThere))
            Skip(path, read.Why, read.Problem == HostFileProblem.Forbidden);
        return read.Text;
    }

    /// <summary>
    /// The text of a script that a command names. Many such words are no files, so nothing is written down.
    /// </summary>
    public string? ReadScript(string path) => TryRead(path, ScriptBytesMax).Text;

    /// <summary>The text of a file that is likely none of those that are looked for.</summary>
    public string? ReadSmall(string path) => TryRead(path, SmallBytesMax).Text;

    /// <summary>Whether a path is a link to nothing, by which an administrator masks a unit.</summary>
    public bool IsMasked(string path) => new FileInfo(_root + path).LinkTarget == "/dev/null";

    /// <summary>The names in a folder, in their order; empty when it is not there.</summary>
    public IReadOnlyList<HostEntry> List(string folder)
    {
        if (Resolve(folder) is not { } place || !Directory.Exists(place))
            return [];
        try
        {
            var entries = new List<HostEntry>();
            foreach (var info in new DirectoryInfo(place).EnumerateFileSystemInfos())
            {
                if (++_entries > EntriesMax)
                {
                    Skip(folder, $"was not listed to its end: more than {EntriesMax} files were listed before");
                    break;
                }
                var isLink = (info.Attributes & FileAttributes.ReparsePoint) != 0;
                var isFolder = (info.Attributes & FileAttributes.Directory) != 0;
                entries.Add(new HostEntry($"{folder.TrimEnd('/')}/{info.Name}", info.Name, isFolder, isLink));
            }
            entries.Sort(static (one, other) => string.CompareOrdinal(one.Name, other.Name));
            return entries;
        }
        catch (UnauthorizedAccessException)
        {
            Skip(folder, HostFileText.Forbidden.Why, isForbidden: true);
        }
        catch (IOException)
        {
            Skip(folder, "cannot be read");
        }
        return [];
    }

    /// <summary>Every file below a folder. Links to folders are not followed, so that there are no loops.</summary>
    /// <param name="folder">Where to begin.</param>
    /// <param name="depthMax">How many folders deep.</param>
    /// <param name="isPassedOver">Names of folders that are passed over.</param>
    public IEnumerable<HostEntry> Walk(string folder, int depthMax, Func<string, bool> isPassedOver)
    {
        var left = new Queue<(string Folder, int Depth)>([(folder, 0)]);
        while (left.TryDequeue(out var next))
        {
            foreach (var entry in List(next.Folder))
            {
                if (!entry.IsFolder)
                    yield return entry;
                else if (!entry.IsLink && next.Depth < depthMax && !isPassedOver(entry.Name))
                    left.Enqueue((entry.Path, next.Depth + 1));
            }
        }
    }

    private HostFileText TryRead(string path, int bytesMax)
    {
        if (_bytes > AllBytesMax)
            return HostFileText.Unread($"was not read: more than {AllBytesMax / 1024 / 1024} MiB were read before");
        if (path.Length > 4096 || path.Contains('\0', StringComparison.Ordinal) || Resolve(path) is not { } place)
            return HostFileText.Loop;
        var read = HostFile.Read(place, bytesMax);
        _bytes += read.Text?.Length ?? 0;
        return read;
    }

    /// <summary>
    /// The place of a path below the root, each link on the way followed as if the root were <c>/</c>. Null when the
    /// links lead nowhere.
    /// </summary>
    private string? Resolve(string path)
    {
        if (_root.Length == 0)
            return path;
        var left = new Stack<string>(path.Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse());
        var (done, links) = (new List<string>(), 0);
        while (left.TryPop(out var part))
        {
            if (part == ".." && done.Count > 0)
                done.RemoveAt(done.Count - 1);
            if (part is "." or "..")
                continue;
            var target = new FileInfo($"{_root}/{string.Join('/', [.. done, part])}").LinkTarget;
            if (target is null)
            {
                done.Add(part);
                continue;
            }
            if (++links > LinksMax)
                return null;
            if (target.StartsWith('/'))
                done.Clear();
            foreach (var step in target.Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse())
                left.Push(step);
        }
        return $"{_root}/{string.Join('/', done)}";
    }
}

/// <summary>One name in a folder of the host.</summary>
/// <param name="Path">Its whole path, as on the host.</param>
/// <param name="Name">The last part of it.</param>
/// <param name="IsFolder">Whether it is a folder, or a link to one.</param>
/// <param name="IsLink">Whether it is a link.</param>
internal sealed record HostEntry(string Path, string Name, bool IsFolder, bool IsLink);

/// <summary>A file or folder that was not read, or not to its end.</summary>
/// <param name="Path">Where it lies.</param>
/// <param name="Why">The reason, in words that fit behind the path.</param>
/// <param name="IsForbidden">Whether this user may not read it, and root may.</param>
internal sealed record SkippedFile(string Path, string Why, bool IsForbidden);

/// <summary>A user of the host, from <c>/etc/passwd</c>.</summary>
/// <param name="Name">The user's name.</param>
/// <param name="Home">The user's home.</param>
internal sealed record HostUser(string Name, string Home)
{
    private const int UsersMax = 1_000; // Of one host; those of a directory service are not in the file.

    // Homes that many users of the system share and that hold nothing of their own.
    private static readonly string[] NoHomes =
        ["/", "/bin", "/dev", "/nonexistent", "/proc", "/usr/sbin", "/sbin", "/run"];

    /// <summary>The users with a home, each home once.</summary>
    public static IReadOnlyList<HostUser> All(HostFiles files)
    {
        var users = new List<HostUser>();
        foreach (var line in (files.Read("/etc/passwd") ?? "").Split('\n').Take(UsersMax))
        {
            var fields = line.Split(':');
            if (fields.Length < 6 || fields[0].Length == 0 || !fields[5].StartsWith('/'))
                continue;
            var home = fields[5].TrimEnd('/');
            if (home.Length > 0 && !NoHomes.Contains(home) && users.All(user => user.Home != home))
                users.Add(new HostUser(fields[0], home));
        }
        return users;
    }
}

/// <summary>What the files of a host show.</summary>
/// <param name="Observations">What may be AI jobs or model servers.</param>
/// <param name="Units">All units, for who looks at more of them than discovery does.</param>
/// <param name="Skipped">What was not read, and why.</param>
internal sealed record HostFilesReading(
    ImmutableArray<Observation> Observations, IReadOnlyList<UnitSet> Units, ImmutableArray<SkippedFile> Skipped)
{
    // Where people keep what they run themselves.
    private static readonly string[] CommonFolders = ["/srv", "/opt", "/config", "/etc/webhook"];

    /// <summary>Looks at a host.</summary>
    /// <param name="files">Its files.</param>
    /// <param name="folders">Further folders with flows and configurations, as volumes of containers.</param>
    public static HostFilesReading Of(HostFiles files, IEnumerable<string> folders)
    {
        var scripts = new ScriptCache(files.ReadScript);
        var users = HostUser.All(files);
        var units = HostUnitReader.Read(files, users);
        var observations = ImmutableArray.CreateBuilder<Observation>();
        observations.AddRange(HostCron.Read(files, users, scripts));
        foreach (var set in units)
            observations.AddRange(UnitObservations.Of(set, scripts));
        foreach (var set in HostUnitReader.ReadQuadlets(files, users))
            observations.AddRange(UnitObservations.OfQuadlets(set, scripts));
        // Of homes only what the programs themselves make there: a home is large, and private.
        var homes =
            users.SelectMany(static user => (string[])[$"{user.Home}/.node-red", $"{user.Home}/.homeassistant"]);
        observations.AddRange(HostFlows.Read(files, [.. folders, .. homes, .. CommonFolders], scripts));
        if (files.Read("/etc/webhook.conf") is { } hooks)
        {
            observations.AddRange(
                Core.Discovery.Hooks.HooksReader.Read("/etc/webhook.conf", hooks, scripts).Observations);
        }
        return new HostFilesReading(observations.ToImmutable(), units, [.. files.Skipped]);
    }
}
