using System.Collections.Immutable;

namespace Gatehouse.Core.Adoption;

/// <summary>
/// Ends a container's open connections to addresses that nobody answers on any more. Without it a client that keeps
/// connections would wait for minutes until its kernel gives up.
/// </summary>
/// <param name="Container">The container.</param>
/// <param name="Addresses">The addresses at the other end.</param>
public sealed record CutConnectionsStep(ContainerName Container, ImmutableArray<string> Addresses) : AdoptionStep
{
    /// <inheritdoc/>
    public override string Says => $"{Container} drops its old connections to {string.Join(", ", Addresses)}";
}
