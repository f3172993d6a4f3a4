using System.Collections.Immutable;
using System.Globalization;
using Gatehouse.Core.Compose;
using Gatehouse.Core.Discovery;
using Gatehouse.Core.Engine;

namespace Gatehouse.Discovery;

/// <summary>
/// Finds Compose projects: those that the engine's containers name in their labels, and those that lie where people
/// keep them. Reads and changes nothing.
/// </summary>
internal static class ComposeSearch
{
    private const int DepthMax = 3; // Folders below a place; people keep stacks in one or two.
    private const int ProjectsMax = 300; // Projects of one host; large ones have about 60.
    private const int FileBytesMax = 1 << 20;

    // Where people keep stacks, by the habits of the common guides and systems, Portainer and Dockge.
    private static readonly string[] Places =
    [
        "/opt", "/srv", "/stacks", "/docker", "/compose", "/containers", "/appdata", "/var/lib/docker/compose",
        "/data/compose", "/data/stacks", "/mnt/user/appdata", "/boot/config/plugins/compose.manager/projects",
        "/volume1/docker", "/var/lib/casaos/apps", "/DATA/AppData",
    ];

    // Below others lie the homes of services, which hold no stacks.
    private static readonly string[] HomeRoots = ["/home/", "/srv/", "/mnt/", "/data/", "/var/home/", "/volume1/"];

    private const string Volumes = "/var/lib/docker/volumes"; // Below them Portainer keeps its stacks.
    private const int HomeDepth = 3; // `~/homelab/apps/ai` and its like; deeper lies the data of programs.

    private static readonly string[] PassedOver =
        ["node_modules", "venv", "site-packages", "lost+found", "overlay2", "proc", "sys", "snap", "Downloads",
            "Pictures", "Music", "Videos", "Documents", "Photos", "anaconda3", "miniconda3", "go"];

    // Labels that Compose puts on what it makes, by its documentation.
    private const string FilesLabel = "com.docker.compose.project.config_files";
    private const string DirectoryLabel = "com.docker.compose.project.working_dir";
    private const string VariablesLabel = "com.docker.compose.project.environment_file";

    /// <summary>Reads every project that is found; each once.</summary>
    /// <param name="files">The files of the host.</param>
    /// <param name="engine">What the engine has; null when it could not be asked.</param>
    /// <param name="folders">Further places to look in.</param>
    public static IReadOnlyList<ComposeReading> Read(HostFiles files, EngineView? engine, IEnumerable<string> folders)
    {
        var requests = FromLabels(engine).ToList();
        var known = requests.SelectMany(request => request.Files).ToHashSet(StringComparer.Ordinal);
        var asked = folders.ToArray();
        requests.AddRange(FromFolders(files, asked, DepthMax + 3).Concat(FromFolders(files, Places, DepthMax))
            .Concat(FromFolders(files, Homes(files), HomeDepth)).Concat(FromFolders(files, Portainer(files), DepthMax))
            .DistinctBy(request => request.Files[^1])
            .Where(request => !request.Files.Any(known.Contains)));
        var readings = requests.Take(ProjectsMax).Select(request => Read(files, request)).ToList();
        // A file that another one includes is a part of that one, and no project of its own.
        var parts = readings.SelectMany(reading => reading.Project?.FilesRead.Except(reading.Project.Files) ?? [])
            .ToHashSet(StringComparer.Ordinal);
        return [.. readings.Where(reading => reading.Project?.Files.Any(parts.Contains) != true)];
    }

    private static IEnumerable<ComposeRequest> FromLabels(EngineView? engine)
        => (engine?.Containers ?? []).Where(one => one.ComposeProject is not null && one.Labels.ContainsKey(FilesLabel))
            .DistinctBy(one => (one.ComposeProject, one.Labels[FilesLabel]))
            .Select(one => new ComposeRequest
            {
                Name = one.ComposeProject,
                Directory = one.Labels.GetValueOrDefault(DirectoryLabel),
                Files = Paths(one.Labels[FilesLabel], one.Labels.GetValueOrDefault(DirectoryLabel)),
                EnvironmentFiles = Paths(one.Labels.GetValueOrDefault(VariablesLabel) ?? "",
                    one.Labels.GetValueOrDefault(DirectoryLabel)),
            }).Where(request => !request.Files.IsEmpty);

    private static ImmutableArray<string> Paths(string list, string? directory)
        => [.. list.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(path => path.StartsWith('/') ? path : $"{directory}/{path}").Where(path => path.StartsWith('/'))];

    private static ComposeReading Read(HostFiles files, ComposeRequest request)
    {
        var reading = ComposeReader.Read(request, path => files.Read(path, FileBytesMax));
        // A further file is laid over the usual one, or stands for itself.
        if (request.Files is not [_, var last] || !ComposeFiles.IsFurther(NameOf(last)) || reading.Problems.IsEmpty)
            return reading;
        var alone = ComposeReader.Read(request with { Files = [last] }, path => files.Read(path, FileBytesMax));
        return alone.Problems.Length < reading.Problems.Length ? alone : reading;
    }

    private static string NameOf(string path) => path[(path.LastIndexOf('/') + 1)..];

    private static IEnumerable<string> Homes(HostFiles files)
        => files.List("/home").Where(entry => entry is { IsFolder: true, IsLink: false }).Select(entry => entry.Path)
            .Concat(HostUser.All(files).Select(user => user.Home)
                .Where(home => HomeRoots.Any(root => home.StartsWith(root, StringComparison.Ordinal))))
            .Append("/root").Distinct();

    private static IEnumerable<string> Portainer(HostFiles files)
        => files.List(Volumes).Where(entry => entry.IsFolder
            && entry.Name.Contains("portainer", StringComparison.OrdinalIgnoreCase))
            .Select(entry => $"{entry.Path}/_data/compose");

    private static IEnumerable<ComposeRequest> FromFolders(HostFiles files, IEnumerable<string> places, int depth)
    {
        foreach (var place in places)
        {
            var found = files.Walk(place.Length > 1 ? place.TrimEnd('/') : place, depth, IsPassedOver)
                .Where(entry => ComposeFiles.Names.Contains(entry.Name)
                    || ComposeFiles.OverrideNames.Contains(entry.Name) || ComposeFiles.IsFurther(entry.Name))
                .GroupBy(entry => entry.Path[..entry.Path.LastIndexOf('/')]).ToArray();
            foreach (var folder in Newest(found))
            {
                foreach (var request in In(folder.Key, [.. folder.Select(entry => entry.Path)])) yield return request;
            }
        }
    }

    private static bool IsPassedOver(string folder) => folder.StartsWith('.') || PassedOver.Contains(folder);

    /// <summary>Portainer keeps every version of a stack, in folders <c>v1</c>, <c>v2</c> and so on.</summary>
    private static IEnumerable<IGrouping<string, HostEntry>> Newest(IGrouping<string, HostEntry>[] folders)
        => folders.GroupBy(one => VersionOf(one.Key) is null ? one.Key : one.Key[..one.Key.LastIndexOf('/')])
            .Select(versions => versions.MaxBy(one => VersionOf(one.Key) ?? 0)!);

    private static int? VersionOf(string folder) => NameOf(folder) is ['v', .. var number]
        && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? version : null;

    private static IEnumerable<ComposeRequest> In(string folder, HashSet<string> paths)
    {
        var usual = ComposeFiles.In(folder, paths.Contains);
        // Portainer hands a stack its variables in a file of its own.
        var request = new ComposeRequest
        {
            Directory = folder,
            EnvironmentFiles = [$"{folder}/.env", $"{folder}/stack.env"],
        };
        if (!usual.IsEmpty) yield return request with { Files = usual };
        foreach (var further in paths.Where(path => ComposeFiles.IsFurther(NameOf(path))).Order(StringComparer.Ordinal))
            yield return request with { Files = usual.IsEmpty ? [further] : [usual[0], further] };
    }
}

/// <summary>
/// Finds the configuration files that containers see of the host, and adds to each container what stands there of
/// models.
/// </summary>
internal static class SettingsSearch
{
    private const int FilesMax = 200; // Of one look; a host has a few.
    private const int FileBytesMax = 1 << 20;

    // Software whose flows and automations lie in a folder that it sees of the host.
    private static readonly string[] WithFlows = ["Home Assistant", "n8n", "Node-RED"];

    /// <summary>The same observations, with what their configuration files say.</summary>
    public static ImmutableArray<Observation> Add(HostFiles files, ImmutableArray<Observation> observations)
    {
        var left = FilesMax;
        return [.. observations.Select(observation =>
        {
            foreach (var mount in observation.Mounts.Where(IsOfHost).Where(IsVariables))
            {
                if (--left >= 0 && files.ReadScript(mount.Source) is { } text)
                    observation = ContainerObservations.WithVariables(observation, text);
            }
            var names = AppSettings.FilesOf(observation.Software);
            if (names.IsEmpty) return observation;
            var paths = observation.Mounts.Where(IsOfHost).SelectMany(mount => IsYaml(mount.Source) ? [mount.Source]
                : names.Select(name => $"{mount.Source.TrimEnd('/')}/{name}")).Distinct();
            var evidence = paths.TakeWhile(_ => --left >= 0)
                .SelectMany(path => files.ReadScript(path) is { } text
                    ? AppSettings.Read(observation.Software!, path, text, observation.Variables) : []);
            return observation with { Evidence = [.. observation.Evidence, .. evidence] };
        })];
    }

    /// <summary>Folders of the host in which software keeps flows and automations.</summary>
    public static IEnumerable<string> FlowFolders(IEnumerable<Observation> observations) => observations
        .Where(observation => observation.Software is { } software && WithFlows.Contains(software.Name))
        .SelectMany(observation => observation.Mounts).Where(mount => IsOfHost(mount) && mount.Source.Length > 1)
        .Select(mount => mount.Source).Distinct();

    private static bool IsOfHost(MountFact mount) => mount.Source.StartsWith('/')
        && !mount.Source.StartsWith("/var/run", StringComparison.Ordinal)
        && !mount.Source.StartsWith("/run/", StringComparison.Ordinal)
        && !mount.Source.StartsWith("/etc/localtime", StringComparison.Ordinal);

    /// <summary>Whether a file of variables stands where an app reads it itself, as <c>/app/.env</c>.</summary>
    private static bool IsVariables(MountFact mount) => mount.Destination.EndsWith("/.env", StringComparison.Ordinal);

    private static bool IsYaml(string path) => path.EndsWith(".yaml", StringComparison.Ordinal)
        || path.EndsWith(".yml", StringComparison.Ordinal);
}
