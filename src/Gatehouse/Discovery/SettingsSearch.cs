using System.Collections.Immutable;
using Gatehouse.Core.Discovery;
using Gatehouse.Core.Engine;

namespace Gatehouse.Discovery;

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

    /// <summary>The same sights, with what their configuration files say.</summary>
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
                    ? AppSettings.Read(observation.Software!, path, text) : []);
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
