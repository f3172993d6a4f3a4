using System.Collections.Immutable;

namespace Gatehouse.Core.Adoption;

/// <summary>
/// Calls from inside a job's network namespace: the model's name leads to the gate, the gate answers and knows the
/// job, and the model itself cannot be reached.
/// </summary>
/// <param name="Job">The job that the gate must name.</param>
/// <param name="Container">The container from inside which is called; null for the host itself.</param>
/// <param name="Calls">What is called.</param>
public sealed record VerifyJobStep(string Job, ContainerName? Container, ImmutableArray<ProbeCall> Calls) : AdoptionStep
{
    /// <summary>Addresses of the model server at which nobody may answer, as <c>172.18.0.2:11434</c>.</summary>
    public ImmutableArray<string> Unreachable { get; init; } = [];

    /// <summary>Addresses that are not behind the gate and have to answer as before.</summary>
    public ImmutableArray<string> Reachable { get; init; } = [];

    /// <summary>
    /// Whether the container ended by itself before, so that it may not run just now: it is not tried then.
    /// </summary>
    public bool MayBeDown { get; init; }

    /// <inheritdoc/>
    public override string Says
        => $"call {string.Join(" and ", Calls.Select(static call => call.Authority).Concat(Reachable))} "
        + $"from inside {Container?.Name ?? "this host"}";
}
