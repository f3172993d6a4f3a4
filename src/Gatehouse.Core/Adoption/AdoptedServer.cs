using System.Collections.Immutable;
using Gatehouse.Core.Engine;
using Gatehouse.Core.Estate;

namespace Gatehouse.Core.Adoption;

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

    /// <summary>Where it stands now, and will not.</summary>
    public required ImmutableArray<EndpointSpec> Leaves { get; init; }

    /// <summary>
    /// Where it stands and stays, because somebody calls it there whom the gate cannot answer in its place.
    /// </summary>
    public ImmutableArray<EndpointSpec> Keeps { get; init; } = [];

    /// <summary>
    /// Proxies that may look for it in its new network, and so come in there: they reach it past the gate as before.
    /// </summary>
    public ImmutableArray<ContainerFacts> Joined { get; init; } = [];

    /// <summary>
    /// Whether the gate takes over its ports of the host. One that keeps a network with a way out keeps its ports: the
    /// engine publishes them there.
    /// </summary>
    public bool GivesPorts => Keeps.IsEmpty && Container.AskedPorts.Length > 0;

    /// <summary>Whether it stands behind the gate already, by an adoption before this one.</summary>
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

    /// <summary>How it shall stand in its own network.</summary>
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
