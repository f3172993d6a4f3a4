using Gatehouse.Core.Discovery;
using Gatehouse.Core.Discovery.Crontabs;
using Gatehouse.Core.Discovery.Flows;
using Gatehouse.Core.Discovery.HomeAssistant;
using Gatehouse.Core.Discovery.Hooks;

namespace Gatehouse.Discovery;

/// <summary>
/// Looks below folders for flows of n8n and Node-RED, for hooks, and for configurations of Home Assistant.
/// </summary>
internal static class HostFlows
{
    private const int DepthMax = 6; // Folders below the one that was named.
    private const int FilesMax = 2_000; // JSON and YAML files that are opened in one look.
    private const int IncludedMax = 500; // Files that one Home Assistant takes in; large ones have about 200.
    private const int IncludedDepthMax = 4; // Folders below one that Home Assistant takes in.

    // Folders that hold code and data of programs, and none of what is looked for.
    private static readonly HashSet<string> PassedOver = new(StringComparer.Ordinal)
    {
        "node_modules", ".git", "venv", ".venv", "site-packages", "__pycache__", ".cache", "cache", "logs", "overlay2",
        "image", "proc", "sys", "dev", "vendor", "dist", "models", "blobs", "backups", "www", "media", "tmp", "deps",
    };

    private static readonly string[] HomeNames =
    [
        "automations.yaml", "scripts.yaml", "configuration.yaml", "core.config_entries", "rest_command.yaml",
        "rest_commands.yaml", "shell_command.yaml", "shell_commands.yaml",
    ];

    /// <summary>The observations below these folders.</summary>
    public static List<Observation> Read(HostFiles files, IEnumerable<string> folders, ScriptCache scripts)
    {
        var (observations, configurations, opened) =
            (new List<Observation>(), new SortedDictionary<string, List<string>>(StringComparer.Ordinal), 0);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var entry in folders.SelectMany(folder => files.Walk(folder, DepthMax, PassedOver.Contains)))
        {
            if (!IsOfInterest(entry) || !seen.Add(entry.Path))
                continue;
            if (++opened > FilesMax)
            {
                files.Skip(entry.Path, $"and what comes behind it was not read: {FilesMax} files were read before");
                break;
            }
            if (HomeAssistantOf(entry) is { } folder)
                Remember(configurations, folder, entry.Path);
            else
                Take(files, observations, scripts, entry);
        }
        foreach (var (folder, paths) in configurations)
            TakeHomeAssistant(files, observations, folder, paths);
        return observations;
    }

    private static void Take(HostFiles files, List<Observation> observations, ScriptCache scripts, HostEntry entry)
    {
        // A large file that is none of these is no concern of anybody here, so nothing is written down for it.
        var isNamed = entry.Name.StartsWith("flows", StringComparison.Ordinal)
            || entry.Name.StartsWith("hooks", StringComparison.Ordinal);
        var text = isNamed ? files.Read(entry.Path) : files.ReadSmall(entry.Path);
        if (text is null)
            return;
        var reading = N8nReader.Looks(text) ? N8nReader.Read(entry.Path, text)
            : NodeRedReader.Looks(text) ? NodeRedReader.Read(entry.Path, text)
            : HooksReader.Read(entry.Path, text, scripts);
        observations.AddRange(reading.Observations);
        if (reading.Problem is { } problem)
            files.Skip(entry.Path, problem);
    }

    private static void TakeHomeAssistant(
        HostFiles files, List<Observation> observations, string folder, List<string> paths)
    {
        HomeFile[] texts = [.. paths.Select(path => files.Read(path) is { } text ? new HomeFile(path, text) : null)
            .OfType<HomeFile>()];
        var main = texts.FirstOrDefault(static file
            => file.Path.EndsWith("/configuration.yaml", StringComparison.Ordinal));
        var reading = HomeAssistantReader.Read([.. texts, .. main is null ? [] : Included(files, folder, main, paths)]);
        observations.AddRange(reading.Observations);
        foreach (var (path, why) in reading.Problems)
            files.Skip(path, why);
    }

    /// <summary>The files that a configuration takes in, besides those that are known by their names.</summary>
    private static IEnumerable<HomeFile> Included(
        HostFiles files, string folder, HomeFile main, List<string> paths)
    {
        var seen = paths.ToHashSet(StringComparer.Ordinal);
        return HomeIncludes.Of(folder, main.Text).SelectMany(one => (one.Kind == HomeIncludeKind.File ? [one.Path]
                : files.Walk(one.Path, IncludedDepthMax, static name => name.StartsWith('.'))
                    .Where(static entry => entry.Name.EndsWith(".yaml", StringComparison.Ordinal)
                        && !entry.Name.StartsWith('.')).Select(static entry => entry.Path))
                .Select(path => (Path: path, Include: one)))
            .Where(one => seen.Add(one.Path)).Take(IncludedMax)
            .Select(one => files.Read(one.Path) is { } text ? new HomeFile(one.Path, text)
            {
                Section = one.Include.Section,
                IsOneEntry = one.Include.Kind == HomeIncludeKind.FolderOfEach,
            } : null).OfType<HomeFile>();
    }

    /// <summary>The folder of the Home Assistant to which a file belongs; null when it belongs to none.</summary>
    private static string? HomeAssistantOf(HostEntry entry)
    {
        var folder = entry.Path[..^(entry.Name.Length + 1)];
        if (folder.EndsWith("/packages", StringComparison.Ordinal)
            && entry.Name.EndsWith(".yaml", StringComparison.Ordinal))
        {
            return folder[..^"/packages".Length];
        }
        if (!HomeNames.Contains(entry.Name))
            return null;
        return folder.EndsWith("/.storage", StringComparison.Ordinal) ? folder[..^"/.storage".Length] : folder;
    }

    private static void Remember(SortedDictionary<string, List<string>> configurations, string folder, string path)
    {
        if (!configurations.TryGetValue(folder, out var paths))
            configurations.Add(folder, paths = []);
        paths.Add(path);
    }

    private static bool IsOfInterest(HostEntry entry) => entry.Name == "core.config_entries"
        || (entry.Name.EndsWith(".json", StringComparison.Ordinal)
        && entry.Name is not ("package.json" or "package-lock.json"
            or "tsconfig.json") && !entry.Name.EndsWith("_cred.json", StringComparison.Ordinal))
        || ((entry.Name.EndsWith(".yaml", StringComparison.Ordinal)
        || entry.Name.EndsWith(".yml", StringComparison.Ordinal))
            && (HomeNames.Contains(entry.Name) || entry.Name.StartsWith("hooks", StringComparison.Ordinal)
                || entry.Path.Contains("/packages/", StringComparison.Ordinal)));
}

/// <summary>
/// Reads what cron starts: the tables of the system and of its users, and the scripts of its folders.
/// </summary>
internal static class HostCron
{
    private const int TableBytesMax = 1 << 20;

    private static readonly (string Folder, string Cron)[] ScriptFolders =
    [
        ("/etc/cron.hourly", "@hourly"), ("/etc/cron.daily", "@daily"), ("/etc/cron.weekly", "@weekly"),
        ("/etc/cron.monthly", "@monthly"), ("/etc/cron.yearly", "@yearly"),
    ];

    // Debian's place, and that of the Red Hat and Alpine families.
    private static readonly string[] UserFolders = ["/var/spool/cron/crontabs", "/var/spool/cron", "/etc/crontabs"];

    /// <summary>The observations.</summary>
    public static IEnumerable<Observation> Read(HostFiles files, IReadOnlyList<HostUser> users, ScriptCache scripts)
    {
        var homes = users.ToDictionary(static user => user.Name, static user => user.Home, StringComparer.Ordinal);
        var observations = new List<Observation>();
        foreach (var table in Tables(files))
        {
            var reading = CrontabReader.Read(table, homes, scripts);
            observations.AddRange(reading.Observations);
            if (reading.Problem is { } problem)
                files.Skip(table.Path, $"was read in part: {problem}");
        }
        foreach (var (folder, cron) in ScriptFolders)
        {
            foreach (var entry in Runnable(files, folder))
            {
                // Cron runs it, so that what hinders reading it is written down.
                if (files.Read(entry.Path, HostFiles.ScriptBytesMax) is not null)
                    observations.AddRange(CrontabReader.ReadScriptOfFolder(entry.Path, cron, scripts).Observations);
            }
        }
        return observations;
    }

    private static IEnumerable<CrontabFile> Tables(HostFiles files)
    {
        foreach (var path in Runnable(files, "/etc/cron.d").Select(static entry => entry.Path).Prepend("/etc/crontab"))
        {
            if (files.Read(path, TableBytesMax) is { } text)
                yield return new CrontabFile(path, text, CrontabKind.System);
        }
        foreach (var entry in UserFolders.SelectMany(files.List)
            .Where(static one => !one.IsFolder && !one.Name.StartsWith('.')))
        {
            if (files.Read(entry.Path, TableBytesMax) is { } text)
                yield return new CrontabFile(entry.Path, text, CrontabKind.User, entry.Name);
        }
    }

    /// <summary>The files that cron runs; one that it passes over for its name is worth a word.</summary>
    private static IEnumerable<HostEntry> Runnable(HostFiles files, string folder)
    {
        foreach (var entry in files.List(folder).Where(static one => !one.IsFolder && !one.Name.StartsWith('.')))
        {
            if (CrontabReader.IsPassedOver(entry.Name))
                files.Skip(entry.Path, "is not run by Debian's cron, for its name");
            else
                yield return entry;
        }
    }
}
