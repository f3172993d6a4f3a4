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
    public required ImmutableArray<AdoptedServer> Models { get; init; }

    /// <summary>Whether the network and its listener stand already, by an adoption before this one.</summary>
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

    /// <summary>How the gate shall stand in its network.</summary>
    public EndpointSpec GateEndpoint => new(Network)
    {
        Aliases = GateNames,
        Address = Subnet.Gate.ToString(),
        HasStaticConfiguration = true,
    };
}
