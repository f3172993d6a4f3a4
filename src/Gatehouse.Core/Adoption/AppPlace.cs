using System.Collections.Immutable;
using Gatehouse.Core.Engine;

namespace Gatehouse.Core.Adoption;

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
    public required ImmutableArray<ModelPlace> Models { get; init; }

    /// <summary>Whether the network and its listener stand already, by an adoption before this one.</summary>
    public bool IsStanding { get; init; }

    /// <summary>Names that the gate takes there.</summary>
    public ImmutableArray<string> GateNames =>
        [.. Models.SelectMany(static model => model.Names).Distinct(StringComparer.Ordinal)];

    /// <summary>Addresses on which the gate listens for it.</summary>
    public ImmutableArray<string> Listens =>
        [.. Models.Select(static model => model.Port).Distinct().Select(port => $"{Subnet.Gate}:{port}")];

    /// <summary>How the gate shall stand in its network.</summary>
    public EndpointWish GateEndpoint => new(Network)
    {
        Aliases = GateNames,
        Address = Subnet.Gate.ToString(),
        HasStaticConfiguration = true,
    };
}
