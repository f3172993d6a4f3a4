namespace Gatehouse.Core.Adoption;

/// <summary>Starts the gate's container and waits until the gate is ready.</summary>
/// <param name="Name">Its name.</param>
public sealed record StartGateStep(string Name) : AdoptionStep
{
    /// <inheritdoc/>
    public override string Says => $"start {Name} and wait until it is ready";
}
