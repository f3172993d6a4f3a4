using System.Collections.Immutable;
using Gatehouse.Core.Engine;
using Gatehouse.Core.Estate;

namespace Gatehouse.Core.Adoption;

/// <summary>What an adoption will look like: which container is where.</summary>
/// <param name="Models">The model servers.</param>
/// <param name="Apps">The apps, by job.</param>
/// <param name="Uplink">The network with an uplink; null when none is needed.</param>
/// <param name="Notes">What is left alone and why, and what to know, in sentences.</param>
public sealed record AdoptionLayout(
    ImmutableArray<AdoptedServer> Models, ImmutableArray<AppPlace> Apps, UplinkNetwork? Uplink,
        ImmutableArray<string> Notes)
{
    /// <summary>Addresses of model servers that the gate takes over.</summary>
    public ImmutableArray<TakenAddress> Addresses { get; init; } = [];

    /// <summary>Containers that call ports of the host which the gate takes over.</summary>
    public ImmutableArray<PortCaller> PortCallers { get; init; } = [];

    /// <summary>Paths to models that stay as they were, past the gate.</summary>
    public ImmutableArray<Bypass> Bypasses { get; init; } = [];

    /// <summary>What is in place already; null when nothing is.</summary>
    public ExistingLayout? Standing { get; init; }

    /// <summary>The model server of the host itself; null when none is adopted.</summary>
    public HostModelPlace? Host { get; init; }

    /// <summary>The jobs that are on record then.</summary>
    public ImmutableArray<string> Jobs =>
    [
        .. Apps.Select(static app => app.Job)
            .Concat(Uplink?.Ports.Select(static port => port.Job) ?? [])
            .Concat(Addresses.Select(static taken => taken.Job))
            .Concat(Host is { } host ? [host.Job] : []).Distinct(StringComparer.Ordinal),
    ];
}

/// <summary>A job and its network with the gate.</summary>
public sealed record AppPlace
{
    /// <summary>The job.</summary>
    public required string Job { get; init; }

    /// <summary>Its containers: one, or the replicas of a service.</summary>
    public required ImmutableArray<ContainerFacts> Containers { get; init; }

    /// <summary>The network that it shares with the gate and nobody else.</summary>
    public required string Network { get; init; }

    /// <summary>Addresses of that network.</summary>
    public required Subnet Subnet { get; init; }

    /// <summary>The model servers that it could reach.</summary>
    public required ImmutableArray<AdoptedServer> Models { get; init; }

    /// <summary>Whether the network and its listener are in place already, by an adoption before this one.</summary>
    public bool IsStanding { get; init; }

    /// <summary>
    /// The apps that share the network of its containers, and so are one job; empty when that is one app.
    /// </summary>
    public ImmutableArray<string> Sharers { get; init; } = [];

    /// <summary>Names of containers whose network its apps use and that are none of them.</summary>
    public ImmutableArray<string> Owners { get; init; } = [];

    /// <summary>Where its settings say that its models are.</summary>
    public ImmutableArray<ModelAddress> ModelHosts { get; init; } = [];

    /// <summary>Names that only its own links give a model server (<c>links:</c> in a Compose file).</summary>
    public ImmutableArray<string> LinkNames { get; init; } = [];

    /// <summary>Names that the gate takes there.</summary>
    public ImmutableArray<string> GateNames =>
        [.. Models.SelectMany(static model => model.Names).Concat(LinkNames).Distinct(StringComparer.Ordinal)];

    /// <summary>The names by which it calls a model server, as far as they are known; else the first that it can
    /// use.</summary>
    /// <param name="model">The server.</param>
    public ImmutableArray<string> UsedNames(AdoptedServer model)
    {
        ArgumentNullException.ThrowIfNull(model);
        ImmutableArray<string> said =
        [
            .. ModelHosts.Where(one => one.Port == 0 || one.Port == model.Port).Select(static one => one.Host)
                .Where(host => model.Names.Contains(host) || LinkNames.Contains(host)).Distinct(StringComparer.Ordinal),
        ];
        return said.IsEmpty ? [.. model.Names.Take(1)] : said;
    }

    /// <summary>Addresses on which the gate listens for it.</summary>
    public ImmutableArray<string> Listens =>
        [.. Models.Select(static model => model.Port).Distinct().Select(port => $"{Subnet.Gate}:{port}")];

    /// <summary>How the gate joins its network.</summary>
    public EndpointSpec GateEndpoint => new(Network)
    {
        Aliases = GateNames,
        Address = Subnet.Gate.ToString(),
        HasStaticConfiguration = true,
    };
}

/// <summary>A model server and its place behind the gate.</summary>
public sealed record AdoptedServer
{
    /// <summary>Its key in the estate.</summary>
    public required string Key { get; init; }

    /// <summary>The container.</summary>
    public required ContainerFacts Container { get; init; }

    /// <summary>What it speaks.</summary>
    public required ModelProvider Provider { get; init; }

    /// <summary>The port on which it serves.</summary>
    public required int Port { get; init; }

    /// <summary>The network that it shares with the gate and nobody else.</summary>
    public required string Network { get; init; }

    /// <summary>Addresses of that network.</summary>
    public required Subnet Subnet { get; init; }

    /// <summary>The networks that it is in now and leaves.</summary>
    public required ImmutableArray<EndpointSpec> Leaves { get; init; }

    /// <summary>
    /// The networks that it stays in, because the gate cannot answer a caller there in its place.
    /// </summary>
    public ImmutableArray<EndpointSpec> Keeps { get; init; } = [];

    /// <summary>
    /// Proxies that may look for it in its new network, and so come in there: they reach it past the gate as before.
    /// </summary>
    public ImmutableArray<ContainerFacts> Joined { get; init; } = [];

    /// <summary>
    /// Whether the gate takes over its ports of the host. One that keeps a network with an uplink keeps its ports: the
    /// engine publishes them there.
    /// </summary>
    public bool GivesPorts => Keeps.IsEmpty && Container.AskedPorts.Length > 0;

    /// <summary>Whether it is behind the gate already, by an adoption before this one.</summary>
    public bool IsStanding { get; init; }

    /// <summary>Names of the models that it serves now, as far as they were asked for.</summary>
    public ImmutableArray<string> Served { get; init; } = [];

    /// <summary>The names by which apps know it.</summary>
    public required ImmutableArray<string> Names { get; init; }

    /// <summary>The name by which only the gate knows it.</summary>
    public string Alias => $"{Key}.gatehouse.internal";

    /// <summary>Its addresses now, as far as it runs.</summary>
    public ImmutableArray<string> OldAddresses => AddressesOf(Container.Endpoints);

    /// <summary>Those of them that it gives up.</summary>
    public ImmutableArray<string> LeftAddresses => AddressesOf(Container.Endpoints.Where(
        endpoint => Leaves.Any(left => left.Network == endpoint.Network)));

    private static ImmutableArray<string> AddressesOf(IEnumerable<EndpointFact> endpoints)
        => [.. endpoints.SelectMany(static endpoint => new[] { endpoint.Address, endpoint.Address6 })
            .Where(static address => address.Length > 0)];

    /// <summary>Whether a URL of the estate means it: by a name or address that it has, or by its port of the
    /// host.</summary>
    /// <param name="url">The URL.</param>
    public bool IsAt(UpstreamUrl url)
    {
        ArgumentNullException.ThrowIfNull(url);
        if (url.Port == Port && (Names.Contains(url.Host) || OldAddresses.Contains(url.Host)
            || url.Host == Subnet.Model.ToString()))
        {
            return true;
        }
        return url.Host is "localhost" or "127.0.0.1" or "::1" or "host.docker.internal"
            && Container.AskedPorts.Any(port => port.HostPort == url.Port && port.ContainerPort == Port);
    }

    /// <summary>How it joins its own network.</summary>
    public EndpointSpec Endpoint => new(Network)
    {
        Aliases = [Alias],
        Address = Subnet.Model.ToString(),
        HasStaticConfiguration = true,
    };

    /// <summary>
    /// The URL by which the gate calls it: its address, because the engine's DNS asks resolvers outside, and waits for
    /// them, while a server that is made anew is not there.
    /// </summary>
    public string Url => $"http://{Subnet.Model}:{Port}";
}

/// <summary>
/// The gate's network with an uplink: over it come calls to ports of the host that the gate takes over, and go calls
/// to models that are not in containers.
/// </summary>
/// <param name="Network">Its name.</param>
/// <param name="Subnet">Its addresses.</param>
/// <param name="Ports">The ports of the host that the gate takes over.</param>
public sealed record UplinkNetwork(string Network, Subnet Subnet, ImmutableArray<PortPlace> Ports)
{
    /// <summary>How the gate joins it.</summary>
    public EndpointSpec GateEndpoint
        => new(Network) { Address = Subnet.Gate.ToString(), HasStaticConfiguration = true };

    /// <summary>The address on which the gate listens for a port.</summary>
    /// <param name="port">The port.</param>
    public string Listen(PortPlace port) => $"{Subnet.Gate}:{port.Published.GatePort}";
}

/// <summary>A port of the host that the gate takes over from a model server.</summary>
/// <param name="Published">Where it is on the host, and which port of the gate it leads to.</param>
/// <param name="Model">The server that had it: calls there go to this server and to no other.</param>
/// <param name="Job">The job of every caller that uses it.</param>
public sealed record PortPlace(PublishedPort Published, AdoptedServer Model, string Job);

/// <summary>
/// An address of a model server in one of its old networks that the gate takes over, because somebody calls the server
/// by it and not by a name. Everybody who uses it is one job: in a shared network nobody can tell them apart.
/// </summary>
/// <param name="Model">The server that had it.</param>
/// <param name="Network">The network in which it lies.</param>
/// <param name="Address">The address.</param>
public sealed record TakenAddress(AdoptedServer Model, string Network, string Address)
{
    /// <summary>Running containers that call it.</summary>
    public ImmutableArray<ContainerFacts> Callers { get; init; } = [];

    /// <summary>The job of every caller that uses it.</summary>
    public string Job => $"{GateNetworks.CallersJob}{Address}";

    /// <summary>The address on which the gate listens for it.</summary>
    public string Listen => $"{Address}:{Model.Port}";
}

/// <summary>A container that calls a port of this host which the gate takes over.</summary>
/// <param name="Caller">The container from which it is tried; null when it does not run.</param>
/// <param name="Address">The host's address that it uses.</param>
/// <param name="Port">The port.</param>
public sealed record PortCaller(ContainerFacts? Caller, string Address, PortPlace Port);

/// <summary>A path to a model that stays as it was, past the gate.</summary>
/// <param name="Caller">Who calls, in words.</param>
/// <param name="Server">The server that is called.</param>
/// <param name="Why">Why it stays, and how to change that, in sentences.</param>
public sealed record Bypass(string Caller, string Server, string Why)
{
    /// <summary>The running container from which it is tried afterwards; null when it cannot be.</summary>
    public ContainerFacts? From { get; init; }

    /// <summary>Where the server answers it, as <c>172.17.0.2:11434</c>; empty when that is not known.</summary>
    public string Address { get; init; } = "";
}

/// <summary>A container that calls models. Replicas of one service have the same job.</summary>
/// <param name="Container">The container.</param>
/// <param name="Job">The job that it is, as the estate names it or will name it.</param>
public sealed record CallingApp(ContainerFacts Container, string Job)
{
    /// <summary>Where its settings, or its open connections, say that its models are.</summary>
    public ImmutableArray<ModelAddress> ModelHosts { get; init; } = [];
}

/// <summary>Where an app calls a model.</summary>
/// <param name="Host">A name or an address, as <c>ollama</c> or <c>172.18.0.2</c>.</param>
/// <param name="Port">The port; 0 when none was said.</param>
public sealed record ModelAddress(string Host, int Port = 0);

/// <summary>A container that serves models.</summary>
/// <param name="Container">The container.</param>
/// <param name="Provider">What it speaks.</param>
/// <param name="Port">The port inside on which it serves.</param>
public sealed record ModelServer(ContainerFacts Container, ModelProvider Provider, int Port)
{
    /// <summary>Names of the models that it serves now; empty when it was not asked.</summary>
    public ImmutableArray<string> Served { get; init; } = [];
}
