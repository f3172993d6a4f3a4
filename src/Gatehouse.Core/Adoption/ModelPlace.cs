using System.Collections.Immutable;
using Gatehouse.Core.Engine;
using Gatehouse.Core.Estate;

namespace Gatehouse.Core.Adoption;

/// <summary>A model server and its place behind the gate.</summary>
public sealed record ModelPlace
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
    public required ImmutableArray<EndpointWish> Leaves { get; init; }

    /// <summary>The names by which apps know it.</summary>
    public required ImmutableArray<string> Names { get; init; }

    /// <summary>The name by which only the gate knows it.</summary>
    public string Alias => $"{Key}.gatehouse.internal";

    /// <summary>Its addresses now, as far as it runs.</summary>
    public ImmutableArray<string> OldAddresses =>
        [.. Container.Endpoints.SelectMany(static endpoint => new[] { endpoint.Address, endpoint.Address6 })
            .Where(static address => address.Length > 0)];

    /// <summary>How it shall stand in its own network.</summary>
    public EndpointWish Endpoint => new(Network)
    {
        Aliases = [Alias],
        Address = Subnet.Model.ToString(),
        HasStaticConfiguration = true,
    };

    /// <summary>The URL by which the gate calls it.</summary>
    public string Url => $"http://{Alias}:{Port}";
}
