using System.Collections.Immutable;
using Gatehouse.Core.Discovery;
using Gatehouse.Core.Discovery.UnitFiles;

namespace Gatehouse.Discovery;

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
