using System.Collections.Immutable;
using Gatehouse.Core.Engine;

namespace Gatehouse.Core.Adoption;

/// <summary>
/// The gate's network with a way out: over it come calls to ports of the host that the gate takes over, and go calls
/// to models that are not in containers.
/// </summary>
/// <param name="Network">Its name.</param>
/// <param name="Subnet">Its addresses.</param>
/// <param name="Ports">The ports of the host that the gate takes over.</param>
public sealed record UplinkNetwork(string Network, Subnet Subnet, ImmutableArray<PortPlace> Ports)
{
    /// <summary>How the gate shall stand in it.</summary>
    public EndpointSpec GateEndpoint
        => new(Network) { Address = Subnet.Gate.ToString(), HasStaticConfiguration = true };

    /// <summary>The address on which the gate listens for a port.</summary>
    /// <param name="port">The port.</param>
    public string Listen(PortPlace port) => $"{Subnet.Gate}:{port.Published.GatePort}";
}

/// <summary>A port of the host that the gate takes over from a model server.</summary>
/// <param name="Published">Where it is on the host, and which port of the gate it leads to.</param>
/// <param name="Model">The server that had it: calls there go to this server and to no other.</param>
/// <param name="Job">The job that stands for everybody who uses it.</param>
public sealed record PortPlace(PublishedPort Published, AdoptedServer Model, string Job);

/// <summary>
/// An address of a model server in one of its old networks that the gate takes over, because somebody calls the server
/// by it and not by a name. Everybody who uses it is one job: in a shared network nobody can tell them apart.
/// </summary>
/// <param name="Model">The server that had it.</param>
/// <param name="Network">The network in which it lies.</param>
/// <param name="Address">The address.</param>
public sealed record TakenAddress(AdoptedServer Model, string Network, string Address)
{
    /// <summary>Running containers that call it.</summary>
    public ImmutableArray<ContainerFacts> Callers { get; init; } = [];

    /// <summary>The job that stands for everybody who uses it.</summary>
    public string Job => $"{GateNetworks.CallersJob}{Address}";

    /// <summary>The address on which the gate listens for it.</summary>
    public string Listen => $"{Address}:{Model.Port}";
}

/// <summary>A container that calls a port of this host which the gate takes over.</summary>
/// <param name="Caller">The container from which it is tried; null when it does not run.</param>
/// <param name="Address">The host's address that it uses.</param>
/// <param name="Port">The port.</param>
public sealed record PortCaller(ContainerFacts? Caller, string Address, PortPlace Port);

/// <summary>A path to a model that stays as it was, past the gate.</summary>
/// <param name="Caller">Who calls, in words.</param>
/// <param name="Server">The server that is called.</param>
/// <param name="Why">Why it stays, and how to change that, in sentences.</param>
public sealed record Bypass(string Caller, string Server, string Why)
{
    /// <summary>The running container from which it is tried afterwards; null when it cannot be.</summary>
    public ContainerFacts? From { get; init; }

    /// <summary>Where the server answers it, as <c>172.17.0.2:11434</c>; empty when that is not known.</summary>
    public string Address { get; init; } = "";
}
