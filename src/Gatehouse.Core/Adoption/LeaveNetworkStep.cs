namespace Gatehouse.Core.Adoption;

/// <summary>Takes a container out of a network; undone, it stands there again as before.</summary>
/// <param name="Container">The container.</param>
/// <param name="Before">How it stood there.</param>
public sealed record LeaveNetworkStep(ContainerName Container, EndpointSpec Before) : AdoptionStep
{
    /// <inheritdoc/>
    public override string Says => $"{Container} leaves {Before.Network}";
}
