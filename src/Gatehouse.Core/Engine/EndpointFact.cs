using System.Collections.Immutable;

namespace Gatehouse.Core.Engine;

/// <summary>A container's place in one network.</summary>
public sealed record EndpointFact
{
    /// <summary>Name of the network.</summary>
    public required string Network { get; init; }

    /// <summary>Id of the network; empty when the container never ran.</summary>
    public string NetworkId { get; init; } = "";

    /// <summary>The IPv4 address now; empty while the container does not run.</summary>
    public string Address { get; init; } = "";

    /// <summary>The IPv6 address now; empty when there is none.</summary>
    public string Address6 { get; init; } = "";

    /// <summary>The gateway now; empty when there is none.</summary>
    public string Gateway { get; init; } = "";

    /// <summary>The MAC address now; the engine's own choice unless one was asked for.</summary>
    public string MacAddress { get; init; } = "";

    /// <summary>
    /// The names by which neighbours reach it, as the engine lists them (its short id among them before 1.45).
    /// </summary>
    public ImmutableArray<string> Aliases { get; init; } = [];

    /// <summary>All names that the engine's DNS answers, from 1.44 on; empty before.</summary>
    public ImmutableArray<string> DnsNames { get; init; } = [];

    /// <summary>The IPv4 address that was asked for; null when the engine chooses.</summary>
    public string? StaticAddress { get; init; }

    /// <summary>The IPv6 address that was asked for; null when the engine chooses.</summary>
    public string? StaticAddress6 { get; init; }

    /// <summary>Link-local addresses that were asked for.</summary>
    public ImmutableArray<string> LinkLocalAddresses { get; init; } = [];

    /// <summary>Legacy links, as <c>db:database</c>.</summary>
    public ImmutableArray<string> Links { get; init; } = [];

    /// <summary>Options of the network's driver.</summary>
    public ImmutableSortedDictionary<string, string> DriverOptions { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>
    /// Whether options were there at all: none and an empty set are told apart by the engine's inspect.
    /// </summary>
    public bool HasDriverOptions { get; init; }

    /// <summary>Which network gives the default route, from API 1.48 on; 0 when it was not said.</summary>
    public int GatewayPriority { get; init; }

    /// <summary>
    /// Whether a static configuration was there at all: an empty one and none are told apart by the engine's inspect.
    /// </summary>
    public bool HasStaticConfiguration { get; init; }
}
