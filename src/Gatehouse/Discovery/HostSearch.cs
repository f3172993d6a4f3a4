using System.Collections.Immutable;
using Gatehouse.Core.Adoption;
using Gatehouse.Core.Discovery;
using Gatehouse.Core.Engine;
using Gatehouse.Core.Estate;
using Gatehouse.Docker;
using Gatehouse.Linux;

namespace Gatehouse.Discovery;

/// <summary>Looks at everything that discovery knows to look at. Changes nothing; what it cannot see it says.</summary>
internal sealed class HostSearch
{
    private const int PlacesShown = 5; // Places of one kind that are named; more are counted.

    private readonly List<string> _looked = [];
    private readonly List<string> _skipped = [];

    /// <summary>The folder that stands for <c>/</c>.</summary>
    public string Root { get; init; } = "/";

    /// <summary>Where the engine listens; null for the usual places.</summary>
    public string? Docker { get; init; }

    /// <summary>Further folders to look into.</summary>
    public IReadOnlyList<string> Folders { get; init; } = [];

    /// <summary>Looks.</summary>
    /// <param name="estate">What the user declares; null when there is no estate.</param>
    /// <param name="stop">Ends the search.</param>
    public async Task<HostSearchResult> ScanAsync(EstatePlan? estate, CancellationToken stop)
    {
        var engine = await EngineAsync(stop);
        var files = new HostFiles(Root);
        var volumes = (engine?.Containers ?? []).SelectMany(one => one.Mounts)
            .Where(mount => mount.Kind == "volume" && mount.Source.StartsWith('/')).Select(mount => mount.Source)
                .Distinct();
        var folders = Folders.Select(Path.GetFullPath).ToArray();
        var projects = ComposeSearch.Read(files, engine, folders);
        var containers = SettingsSearch.Add(files,
        [
            .. engine is null ? [] : ContainerObservations.Of(engine, files.ReadScript),
            .. projects.Where(one => one.Project is not null)
                .SelectMany(one => ContainerObservations.Of(one.Project!, files.ReadScript)),
        ]);
        var host = HostFilesReading.Of(files, [.. folders, .. volumes, .. SettingsSearch.FlowFolders(containers)]);
        _looked.Add(
            "files of cron, systemd, n8n, Node-RED, Home Assistant and webhook: "
                + $"{host.Observations.Length} of interest");
        _looked.Add($"Compose: {Count(projects.Count(one => one.Project is not null), "project")}");
        var observations = SettingsSearch.Add(files, host.Observations).AddRange(containers);
        var ports = observations
            .Where(observation => observation.Software?.Role is SoftwareRole.Server or SoftwareRole.Proxy)
            .SelectMany(observation =>
                observation.ListeningPorts.Concat(observation.Ports.Select(port => port.HostPort)));
        var live = Live(engine, ports);
        observations = await ModelProbe.AskAsync(observations.AddRange(live?.Observations ?? []), stop);
        _skipped.AddRange(projects.SelectMany(one => one.Problems).Select(problem => problem.ToString()).Distinct());
        _skipped.AddRange(Grouped(files.Skipped));
        return new HostSearchResult(new HostObservations
        {
            Observations = observations,
            Connections = live?.Connections ?? [],
            Estate = estate,
        }, engine, _looked, _skipped);
    }

    private async Task<EngineView?> EngineAsync(CancellationToken stop)
    {
        try
        {
            var address = EngineAddress.Find(Docker);
            using var client = await EngineClient.ConnectAsync(address, stop);
            var view = await EngineScan.AllAsync(client, stop);
            _looked.Add($"Docker {view.Engine.Version} at {address}, API {view.Engine.Api}: "
                + $"{Count(view.Containers.Length, "container")}, {Count(view.Networks.Length, "network")}");
            return view;
        }
        catch (EngineException error)
        {
            _skipped.Add($"containers: {error.Message}{(UserNames.OwnUid == 0 ? "" : AsRoot)}");
            return null;
        }
    }

    private LiveView? Live(EngineView? engine, IEnumerable<int> ports)
    {
        var root = Path.Combine(Root, "proc");
        if (!Directory.Exists(root)) return null;
        var live = new LiveScan(root, engine).Take(ports);
        _looked.Add($"{Count(live.Processes, "process", "processes")} and the sockets of "
            + Count(live.Namespaces, "network namespace"));
        if (live.Hidden != 0)
        {
            _skipped.Add(
                $"sockets of {Count(live.Hidden, "process", "processes")} of other users, and so who talks to a "
                + $"model now{(UserNames.OwnUid == 0 ? "" : AsRoot)}");
        }
        return live;
    }

    private static string AsRoot => "; to look there: `sudo gatehouse discover`";

    /// <summary>One line for each reason, with the first places that it hindered.</summary>
    private static IEnumerable<string> Grouped(IReadOnlyList<SkippedFile> skipped)
        => skipped.GroupBy(one => (one.Why, one.IsForbidden)).Select(group =>
        {
            var more = group.Count() - PlacesShown;
            var places = string.Join(", ", group.Take(PlacesShown).Select(one => one.Path));
            var remedy = group.Key.IsForbidden && UserNames.OwnUid != 0 ? AsRoot : "";
            return $"{places}{(more > 0 ? $" and {more} more" : "")}: {group.Key.Why}{remedy}";
        });

    private static string Count(int number, string one, string? many = null)
        => FormattableString.Invariant($"{number} {(number == 1 ? one : many ?? one + "s")}");
}

/// <summary>What discovery saw, what it looked at, and what it could not look at.</summary>
/// <param name="Observations">What it saw.</param>
/// <param name="Engine">What the engine has; null when it could not be asked.</param>
/// <param name="Looked">What it looked at, in words.</param>
/// <param name="Skipped">What it could not look at and why, in words.</param>
internal sealed record HostSearchResult(
    HostObservations Observations, EngineView? Engine, IReadOnlyList<string> Looked, IReadOnlyList<string> Skipped)
{
    /// <summary>How the engine differs from what was adopted, as sentences.</summary>
    public ImmutableArray<string> Changed => Engine is null ? [] : AdoptionDrift.SeenIn(Engine);
}
