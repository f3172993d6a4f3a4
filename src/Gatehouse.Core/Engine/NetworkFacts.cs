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

/// <summary>Names of the networks that adoption makes in an engine.</summary>
public static class GateNetworks
{
    /// <summary>
    /// The label on everything that an adoption made, the gate's container too; its value is the adoption's id.
    /// </summary>
    public const string AdoptionLabel = "gatehouse.adoption";

    /// <summary>The label on a model's network with the name of the model's container.</summary>
    public const string ModelLabel = "gatehouse.model";

    /// <summary>
    /// The label on a model's network with the names of those that the model left, separated by commas: if it is in
    /// one of them again, somebody put it back.
    /// </summary>
    public const string LeftLabel = "gatehouse.left";

    /// <summary>
    /// Start of the keys of jobs that an adoption makes for the callers of an address or port where the model was.
    /// </summary>
    public const string CallersJob = "callers-of-";

    /// <summary>Start of all of them.</summary>
    public const string Prefix = "gatehouse-";

    /// <summary>Start of those of a model server with the gate.</summary>
    public const string OfModel = Prefix + "model-";

    /// <summary>Start of those of a job with the gate; the job's key follows.</summary>
    public const string OfApp = Prefix + "app-";
}
