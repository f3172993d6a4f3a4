using System.Collections.Immutable;

namespace Gatehouse.Core.Adoption;

/// <summary>Makes the gate's container, without starting it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Image">Its image.</param>
/// <param name="Home">The home on the host, mounted as <c>/data</c>.</param>
/// <param name="Uid">The user that it runs as.</param>
/// <param name="FirstNetwork">The network that it is made in.</param>
public sealed record CreateGateStep(string Name, string Image, string Home, int Uid, EndpointSpec FirstNetwork)
    : AdoptionStep
{
    /// <summary>Ports of the host that it takes over from model servers.</summary>
    public ImmutableArray<PublishedPort> Ports { get; init; } = [];

    /// <inheritdoc/>
    public override string Says => $"make the gate's container {Name} ({Image}), in {FirstNetwork.Network}";
}
