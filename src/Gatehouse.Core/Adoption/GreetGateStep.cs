namespace Gatehouse.Core.Adoption;

/// <summary>
/// Sends one packet from a container that has just come into a network to the gate there. A gate that called it in the
/// meantime asked for its hardware address, got no answer, and its kernel asks again only after a second; whoever
/// sends first tells its own address and ends that wait.
/// </summary>
/// <param name="Container">The container that came.</param>
/// <param name="Gate">The gate's address in that network.</param>
public sealed record GreetGateStep(ContainerName Container, string Gate) : AdoptionStep
{
    /// <inheritdoc/>
    public override string Says => $"{Container} shows itself to the gate at {Gate}";
}
