using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Gatehouse.Core.Engine;

namespace Gatehouse.Core.Adoption;

/// <summary>How a container joins a network: everything that the engine lets a client set.</summary>
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

/// <summary>
/// How a container is found again: by id, and when it was made anew meanwhile (as Compose does), by name.
/// </summary>
/// <param name="Id">Its id when it was seen.</param>
/// <param name="Name">Its name.</param>
public sealed record ContainerName(string Id, string Name)
{
    /// <summary>The name of a container that was seen.</summary>
    /// <param name="container">The container.</param>
    public static ContainerName Of(ContainerFacts container) => new(container.Id, container.Name);

    /// <inheritdoc/>
    public override string ToString() => Name;
}

/// <summary>A port of the host that leads to the gate.</summary>
/// <param name="HostAddress">The host's address, as <c>127.0.0.1</c>, <c>0.0.0.0</c> or <c>::</c>; empty for all
/// addresses of IPv4 and IPv6.</param>
/// <param name="HostPort">The host's port.</param>
/// <param name="GatePort">The gate's port.</param>
public sealed record PublishedPort(string HostAddress, int HostPort, int GatePort)
{
    /// <summary>Whether it is open on every address of a family.</summary>
    [JsonIgnore]
    public bool IsEverywhere => HostAddress is "" or "0.0.0.0" or "::";
}

/// <summary>One call that a verification makes.</summary>
/// <param name="Host">The name or address that the app uses.</param>
/// <param name="Port">The port that it uses.</param>
/// <param name="Path">A path that lists models, as <c>/api/tags</c>.</param>
/// <param name="Address">The only address that the name may have; null when the host is an address itself.</param>
public sealed record ProbeCall(string Host, int Port, string Path, string? Address)
{
    /// <summary>Host and port.</summary>
    public string Authority => Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]:{Port}" : $"{Host}:{Port}";
}
