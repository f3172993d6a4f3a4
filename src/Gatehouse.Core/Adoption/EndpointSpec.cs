using System.Collections.Immutable;
using Gatehouse.Core.Engine;

namespace Gatehouse.Core.Adoption;

/// <summary>How a container shall stand in a network: all that the engine lets one ask for.</summary>
/// <param name="Network">Name of the network.</param>
public sealed record EndpointSpec(string Network)
{
    /// <summary>Names by which neighbours reach it.</summary>
    public ImmutableArray<string> Aliases { get; init; } = [];

    /// <summary>A static IPv4 address; null for the engine's choice.</summary>
    public string? Address { get; init; }

    /// <summary>A static IPv6 address; null for the engine's choice.</summary>
    public string? Address6 { get; init; }

    /// <summary>Link-local addresses.</summary>
    public ImmutableArray<string> LinkLocalAddresses { get; init; } = [];

    /// <summary>Legacy links.</summary>
    public ImmutableArray<string> Links { get; init; } = [];

    /// <summary>Options of the network's driver.</summary>
    public ImmutableSortedDictionary<string, string> DriverOptions { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Whether options are sent even when there are none, because inspect tells the two apart.</summary>
    public bool HasDriverOptions { get; init; }

    /// <summary>Which network gives the default route; 0 when it is not said.</summary>
    public int GatewayPriority { get; init; }

    /// <summary>
    /// Whether a static configuration is sent even when it is empty, because inspect tells the two apart.
    /// </summary>
    public bool HasStaticConfiguration { get; init; }

    /// <summary>
    /// The wish that brings an endpoint back as it was. The engine adds a container's short id to the aliases by
    /// itself, so it is not asked for.
    /// </summary>
    /// <param name="endpoint">The endpoint as it was.</param>
    /// <param name="containerId">The container's id.</param>
    public static EndpointSpec Of(EndpointFact endpoint, string containerId)
    {
        var shortId = containerId[..Math.Min(12, containerId.Length)];
        return new EndpointSpec(endpoint.Network)
        {
            Aliases = [.. endpoint.Aliases.Where(alias => alias != shortId)],
            Address = endpoint.StaticAddress,
            Address6 = endpoint.StaticAddress6,
            LinkLocalAddresses = endpoint.LinkLocalAddresses,
            Links = endpoint.Links,
            DriverOptions = endpoint.DriverOptions,
            HasDriverOptions = endpoint.HasDriverOptions,
            GatewayPriority = endpoint.GatewayPriority,
            HasStaticConfiguration = endpoint.HasStaticConfiguration,
        };
    }
}
