namespace Gatehouse.Core.Adoption;

/// <summary>
/// Connects the gate to a network under the address that a model server had there; undone, it leaves it again.
/// </summary>
/// <param name="Gate">The gate's container.</param>
/// <param name="Network">The network.</param>
/// <param name="Address">The address.</param>
public sealed record TakeAddressStep(ContainerName Gate, string Network, string Address) : AdoptionStep
{
    /// <inheritdoc/>
    public override string Says => $"{Gate} joins {Network}, at {Address}";
}
