using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using Gatehouse.Core.Engine;
using Gatehouse.Core.Estate;
using Gatehouse.Core.Systemd;

namespace Gatehouse.Core.Inspection;

/// <summary>Finds the gate and the model servers among the containers.</summary>
public static class GatehouseReader
{
    private const string Program = "gatehouse";

    /// <summary>Reads what is known of the installation.</summary>
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

/// <summary>What is known of this Gatehouse: where it lies, and who is gate and who serves models.</summary>
public sealed record GatehouseFacts
{
    /// <summary>Nothing is known.</summary>
    public static GatehouseFacts Unknown { get; } = new();

    /// <summary>Paths on the host that hold the gate's home; empty when there is none.</summary>
    public ImmutableArray<string> Homes { get; init; } = [];

    /// <summary>Ids of the containers that are a gate.</summary>
    public ImmutableHashSet<string> Gates { get; init; } = [];

    /// <summary>Ids of the containers that serve models.</summary>
    public ImmutableHashSet<string> ModelServers { get; init; } = [];

    /// <summary>Services that a job chains, by the id of its container or the name of its unit.</summary>
    public ImmutableDictionary<string, ImmutableArray<string>> Pipelines { get; init; } =
        ImmutableDictionary<string, ImmutableArray<string>>.Empty;
}

/// <summary>
/// Which container, unit or process is a job of the estate. The estate names none of them: they are told by the
/// job's name, by the network at whose address the job calls, and by the user that it runs as.
/// </summary>
public static class JobMatch
{
    /// <summary>Whether a container is this job.</summary>
    /// <param name="job">The job.</param>
    /// <param name="container">The container.</param>
    /// <param name="view">The engine's networks.</param>
    public static bool IsOf(JobPlan job, ContainerFacts container, EngineView view)
    {
        ArgumentNullException.ThrowIfNull(job);
        ArgumentNullException.ThrowIfNull(container);
        return IsNamed(job.Key, container.Name) || IsNamed(job.Key, container.ComposeService)
            || IsNamed(job.Key, $"{container.ComposeProject}-{container.ComposeService}")
            || ListensIn(job, container, view);
    }

    /// <summary>Whether a systemd service is this job.</summary>
    /// <param name="job">The job.</param>
    /// <param name="unit">The service.</param>
    public static bool IsOf(JobPlan job, UnitFacts unit)
    {
        ArgumentNullException.ThrowIfNull(job);
        ArgumentNullException.ThrowIfNull(unit);
        var name = unit.Name.EndsWith(".service", StringComparison.Ordinal) ? unit.Name[..^8] : unit.Name;
        return IsNamed(job.Key, name) || IsNamed(job.Key, name.Split('@')[0])
            || (IsOwnUser(job.RunAs) && unit.Get("Service", "User") == job.RunAs!.ToString());
    }

    /// <summary>Whether a process is this job.</summary>
    /// <param name="job">The job.</param>
    /// <param name="process">The process.</param>
    /// <param name="uid">The user that the job runs as; null when it is not known.</param>
    public static bool IsOf(JobPlan job, ProcessFacts process, long? uid)
    {
        ArgumentNullException.ThrowIfNull(job);
        ArgumentNullException.ThrowIfNull(process);
        return IsNamed(job.Key, process.Program) || (IsOwnUser(job.RunAs) && uid is not null && process.Uid == uid);
    }

    /// <summary>
    /// The same word, whatever stands between its parts, and with a script's ending or Compose's number left out.
    /// </summary>
    private static bool IsNamed(string job, string? name)
    {
        if (string.IsNullOrEmpty(name)) return false;
        var plain = Plain(name);
        return plain == Plain(job)
            || plain.TrimEnd('0', '1', '2', '3', '4', '5', '6', '7', '8', '9') == Plain(job) + "-"
            || Plain(name.Split('.')[0]) == Plain(job);
    }

    private static string Plain(string name) => name.ToLower(CultureInfo.InvariantCulture).Replace('_', '-');

    /// <summary>Root and the gate's owner run many programs: only a user of its own identifies a job.</summary>
    private static bool IsOwnUser(RunAs? user) => user is not null && user.ToString() is not ("root" or "0");

    private static bool ListensIn(JobPlan job, ContainerFacts container, EngineView view)
    {
        var addresses = job.Listen.OfType<ListenAddress.Tcp>().Select(static place => place.EndPoint.Address)
            .Where(static address => !IPAddress.IsLoopback(address) && !address.Equals(IPAddress.Any)
                && !address.Equals(IPAddress.IPv6Any)).ToArray();
        if (addresses.Length == 0 || view.NetworkOwner(container) is not { } owner) return false;
        return owner.Endpoints.Any(endpoint =>
            (view.Network(endpoint.NetworkId) ?? view.Network(endpoint.Network)) is { } network
            && addresses.Any(address => endpoint.Address != address.ToString()
                && network.Subnets.Any(
                    subnet => IPNetwork.TryParse(subnet, out var range) && range.Contains(address))));
    }
}

/// <summary>What is known of a container or unit that is an Ollama.</summary>
internal static class OllamaServer
{
    /// <summary>What keeps an Ollama from handing calls to ollama.com (its documentation, 2026).</summary>
    public const string NoCloud = "OLLAMA_NO_CLOUD";

    /// <summary>
    /// What was read that lets it hand calls on; null when it may not, or is no Ollama. Releases that know no cloud
    /// cannot, but an image's tag says little of the release inside.
    /// </summary>
    public static string? MayHandOn(ContainerFacts container)
    {
        var isOllama = container.ExposedPorts.Contains("11434/tcp")
            || container.Image.Contains("ollama", StringComparison.OrdinalIgnoreCase);
        if (!isOllama) return null;
        return Unset("Config.Env: ", container.Environment);
    }

    /// <summary>The same of a unit.</summary>
    public static string? MayHandOn(UnitCase unit)
    {
        var words = unit.Words("ExecStart");
        var isServer = words.Zip(words.Skip(1)).Any(static pair => pair.Second == "serve"
            && pair.First.Split('/')[^1].TrimStart('@', '-', '+', '!', ':') == "ollama");
        return isServer ? Unset("Environment=: ", unit.Words("Environment").Select(EnvironmentFact.Parse)) : null;
    }

    private static string? Unset(string where, IEnumerable<EnvironmentFact> environment)
    {
        var set = environment.LastOrDefault(static one => one.Name == NoCloud);
        // As Go reads a truth value; any other text counts as true.
        return set?.Value?.ToUpperInvariant() is null or "" or "0" or "F" or "FALSE"
            ? set is null ? $"{where}{NoCloud} is not set" : $"{where}{NoCloud}={set.Value}" : null;
    }
}
