using System.Collections.Immutable;
using Gatehouse.Core.Engine;
using Gatehouse.Core.Estate;

namespace Gatehouse.Core.Inspection;

/// <summary>Finds the gate and the model servers among the containers.</summary>
public static class GatehouseReader
{
    private const string Program = "gatehouse";

    /// <summary>Reads what is known of the house.</summary>
    /// <param name="view">The engine.</param>
    /// <param name="home">The gate's home on the host; null when there is none.</param>
    /// <param name="plan">The estate; null when there is none.</param>
    /// <param name="servers">Names of the containers that discovery takes for model servers.</param>
    public static GatehouseFacts Read(EngineView view, string? home, EstatePlan? plan, IReadOnlySet<string> servers)
    {
        ArgumentNullException.ThrowIfNull(view);
        ArgumentNullException.ThrowIfNull(servers);
        var gates = view.Containers.Where(IsGate).ToArray();
        var homes = gates.SelectMany(static gate => gate.Mounts).Where(static mount => mount.IsWritable
            && mount.Kind is "bind" or "volume").Select(static mount => mount.Source);
        var pipelines = ImmutableDictionary.CreateBuilder<string, ImmutableArray<string>>();
        foreach (var job in plan?.Jobs.Values ?? [])
        {
            if (job.Pipeline.IsEmpty) continue;
            foreach (var container in view.Containers.Where(one => JobMatch.IsOf(job, one, view)))
                pipelines[container.Id] = job.Pipeline;
        }
        return new GatehouseFacts
        {
            Homes = [.. homes.Append(home ?? "").Where(static path => path.Length > 0).Distinct()],
            Gates = [.. gates.Select(static gate => gate.Id)],
            ModelServers =
                [.. view.Containers.Where(one => !IsGate(one) && (servers.Contains(one.Name) || IsServer(one, plan)))
                .Select(static one => one.Id)],
            Pipelines = pipelines.ToImmutable(),
        };
    }

    private static bool IsGate(ContainerFacts container) => container.Labels.ContainsKey(GateNetworks.AdoptionLabel)
        || RepositoryOf(container.Image).Split('/')[^1] == Program
        || (container.CommandLine.Contains("serve") && container.CommandLine[0].Split('/')[^1] == Program);

    private static bool IsServer(ContainerFacts container, EstatePlan? plan)
        => container.ExposedPorts.Contains("11434/tcp")
            || (plan?.Models.Values.Any(model => Answers(container, model.Url.Host)) ?? false);

    private static bool Answers(ContainerFacts container, string host) => container.Name == host
        || container.Endpoints.Any(endpoint => endpoint.Address == host || endpoint.StaticAddress == host
            || endpoint.Aliases.Contains(host) || endpoint.DnsNames.Contains(host));

    /// <summary>The image's name without tag and digest.</summary>
    private static string RepositoryOf(string image)
    {
        var name = image.Split('@')[0];
        var colon = name.LastIndexOf(':');
        return colon > name.LastIndexOf('/') ? name[..colon] : name;
    }
}
