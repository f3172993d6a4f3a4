using System.Collections.Immutable;

namespace Gatehouse.Core.Engine;

/// <summary>One network of the engine (<c>GET /networks</c>).</summary>
public sealed record NetworkFacts
{
    /// <summary>Its id.</summary>
    public required string Id { get; init; }

    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>
    /// <c>bridge</c>, <c>host</c>, <c>null</c>, <c>macvlan</c>, <c>ipvlan</c>, <c>overlay</c> or a plug-in's.
    /// </summary>
    public required string Driver { get; init; }

    /// <summary><c>local</c>, or <c>swarm</c>.</summary>
    public string Scope { get; init; } = "local";

    /// <summary>
    /// Whether the engine keeps it apart from the outside. Not from the host: see the containment notes.
    /// </summary>
    public bool IsInternal { get; init; }

    /// <summary>Whether it hands out IPv6 addresses.</summary>
    public bool HasIpv6 { get; init; }

    /// <summary>Its address ranges, as <c>172.18.0.0/16</c>.</summary>
    public ImmutableArray<string> Subnets { get; init; } = [];

    /// <summary>
    /// The addresses of the host in it, as far as the engine says; an internal network may hide its own.
    /// </summary>
    public ImmutableArray<string> Gateways { get; init; } = [];

    /// <summary>Options of its driver, as <c>com.docker.network.bridge.name</c>.</summary>
    public ImmutableSortedDictionary<string, string> Options { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Its labels.</summary>
    public ImmutableSortedDictionary<string, string> Labels { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Name of the bridge on the host; null for a driver without one.</summary>
    public string? BridgeName => Driver != "bridge" ? null
        : Options.TryGetValue("com.docker.network.bridge.name", out var name)
        ? name : $"br-{Id[..Math.Min(12, Id.Length)]}";
}
