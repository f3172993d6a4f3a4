using System.Collections.Immutable;
using Gatehouse.Core.Compose;
using Gatehouse.Core.Engine;

namespace Gatehouse.Discovery;

/// <summary>
/// Finds Compose projects: those that the engine's containers name in their labels, and those that lie where people
/// keep them. Reads and changes nothing.
/// </summary>
internal static class ComposeSearch
{
    private const int DepthMax = 3; // Folders below a place; people keep stacks in one or two.
    private const int ProjectsMax = 300; // Projects of one house; large ones have about 60.
    private const int FileBytesMax = 1 << 20;

    // Where people keep stacks, by the habits of the common guides, Portainer and Dockge.
    private static readonly string[] Places = ["/opt", "/srv", "/var/lib/docker/compose", "/data/compose", "/stacks"];

    private static readonly string[] HomePlaces = ["", "/docker", "/stacks", "/compose", "/containers"];

    private static readonly string[] PassedOver =
        ["node_modules", ".git", "venv", ".venv", "site-packages", ".cache", "lost+found", "overlay2", "proc", "sys"];

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
            .Concat(FromFolders(files, Homes(files), 1))
            .Where(request => !request.Files.Any(known.Contains)).DistinctBy(request => request.Directory)
            .Where(request => known.Add(request.Files[0])));
        var readings = requests.Take(ProjectsMax)
            .Select(request => ComposeReader.Read(request, path => files.Read(path, FileBytesMax))).ToList();
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

    private static IEnumerable<string> Homes(HostFiles files)
        => files.List("/home").Where(entry => entry is { IsFolder: true, IsLink: false }).Select(entry => entry.Path)
            .Append("/root").SelectMany(home => HomePlaces.Select(place => home + place));

    private static IEnumerable<ComposeRequest> FromFolders(HostFiles files, IEnumerable<string> places, int depth)
        => from place in places
           from folder in files.Walk(place.Length > 1 ? place.TrimEnd('/') : place, depth, PassedOver.Contains)
               .Where(entry => ComposeFiles.Names.Contains(entry.Name)
                   || ComposeFiles.OverrideNames.Contains(entry.Name))
               .GroupBy(entry => entry.Path[..entry.Path.LastIndexOf('/')])
           let paths = ComposeFiles.In(folder.Key, folder.Select(entry => entry.Path).Contains)
           where !paths.IsEmpty
           select new ComposeRequest { Directory = folder.Key, Files = paths };
}
