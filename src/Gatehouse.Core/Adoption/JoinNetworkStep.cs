namespace Gatehouse.Core.Adoption;

/// <summary>Starts a container that could not start where it stood.</summary>
/// <param name="Container">The container.</param>
public sealed record StartContainerStep(ContainerName Container) : AdoptionStep
{
    /// <inheritdoc/>
    public override string Says => $"start {Container}";
}

/// <summary>Connects a container to a network; undone, it leaves it again.</summary>
/// <param name="Container">The container.</param>
/// <param name="Endpoint">How it shall stand there.</param>
public sealed record JoinNetworkStep(ContainerName Container, EndpointSpec Endpoint) : AdoptionStep
{
    /// <inheritdoc/>
    public override string Says => Endpoint.Aliases.Length == 0
        ? $"{Container} joins {Endpoint.Network}"
        : $"{Container} joins {Endpoint.Network}, as {string.Join(", ", Endpoint.Aliases)}";
}
