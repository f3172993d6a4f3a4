using System.Collections.Immutable;
using Gatehouse.Core.Estate;

namespace Gatehouse.Core.Discovery;

/// <summary>Everything that was seen in a house, for the judge.</summary>
public sealed record HostObservations
{
    /// <summary>Sights of every kind; the same thing may be among them several times.</summary>
    public required ImmutableArray<Observation> Observations { get; init; }

    /// <summary>Open connections to ports on which models may be served.</summary>
    public ImmutableArray<OpenConnection> Connections { get; init; } = [];

    /// <summary>What the house declares; null when there is no estate yet.</summary>
    public EstatePlan? Estate { get; init; }
}
