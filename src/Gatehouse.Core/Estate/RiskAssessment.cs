using System.Collections.Immutable;

namespace Gatehouse.Core.Estate;

/// <summary>The risk of a job and everything that speaks for it.</summary>
/// <param name="Level">The level that follows from the score.</param>
/// <param name="Score">Sum of the points of all reasons.</param>
/// <param name="IsFlagged">True when one of the three questions is answered yes, or not answered.</param>
/// <param name="Reasons">Every reason, the heaviest first.</param>
public sealed record RiskAssessment(
    RiskLevel Level, int Score, bool IsFlagged, ImmutableArray<RiskReason> Reasons);
