using System.Collections.Immutable;

namespace Gatehouse.Core.Estate;

/// <summary>What came of reading an estate file: a plan, or the problems that prevent one.</summary>
public sealed record EstateReading
{
    /// <summary>The plan; null when there are problems.</summary>
    public EstatePlan? Plan { get; init; }

    /// <summary>Everything that prevents a plan, in the order of the file; empty when there is a plan.</summary>
    public required ImmutableArray<EstateProblem> Problems { get; init; }

    /// <summary>What loads but deserves a look, in the order of the file; also known when there is no plan.</summary>
    public required ImmutableArray<EstateProblem> Warnings { get; init; }
}
