using System.Collections.Immutable;

namespace Gatehouse.Core.Adoption;

/// <summary>
/// The gate's network with a way out: over it come calls to ports of the host that the gate takes over, and go calls
/// to models that are not in containers.
/// </summary>
/// <param name="Network">Its name.</param>
/// <param name="Subnet">Its addresses.</param>
/// <param name="Ports">The ports of the host that the gate takes over.</param>
public sealed record HousePlace(string Network, Subnet Subnet, ImmutableArray<PublishedPort> Ports)
{
    /// <summary>How the gate shall stand in it.</summary>
    public EndpointWish GateEndpoint
        => new(Network) { Address = Subnet.Gate.ToString(), HasStaticConfiguration = true };

    /// <summary>The job that stands for everybody who uses one port of the host.</summary>
    /// <param name="port">The port.</param>
    public static string JobOf(PublishedPort port) => $"callers-of-port-{port.HostPort}";

    /// <summary>The address on which the gate listens for it.</summary>
    /// <param name="port">The port.</param>
    public string Listen(PublishedPort port) => $"{Subnet.Gate}:{port.GatePort}";
}
