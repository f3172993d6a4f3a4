using System.Collections.Immutable;
using Gatehouse.Core.Adoption;

namespace Gatehouse.Adoption;

/// <summary>What an adoption would do, before anything is done.</summary>
/// <param name="Layout">Who shall stand where.</param>
/// <param name="Steps">The steps, in their order.</param>
/// <param name="Notes">What is left alone and why, and what to know.</param>
internal sealed record AdoptionProposal(
    AdoptionLayout Layout, ImmutableArray<AdoptionStep> Steps, ImmutableArray<string> Notes)
{
    /// <summary>Whether it only brings back what an adoption that stands had made, and somebody changed.</summary>
    public bool IsFix { get; init; }
}
