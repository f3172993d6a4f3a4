using System.Collections.Immutable;
using Gatehouse.Core.Inspection;

namespace Gatehouse.Inspection;

/// <summary>One thing that was inspected, with what was found.</summary>
/// <param name="Subject">The thing.</param>
/// <param name="Job">The job of the estate that it is; null when it is none.</param>
/// <param name="Findings">What was found, the worst first.</param>
internal sealed record InspectedSubject(FindingSubject Subject, string? Job, ImmutableArray<Finding> Findings)
{
    public Severity? Worst => Findings.IsEmpty ? null : Findings[0].Severity;

    /// <summary>Worst first; among equals the one with more of it, then by name.</summary>
    public static ImmutableArray<InspectedSubject> Sorted(IEnumerable<InspectedSubject> subjects) =>
        [.. subjects.OrderByDescending(static one => one.Worst.HasValue).ThenByDescending(static one => one.Worst)
            .ThenByDescending(static one => one.Findings.Count(finding => finding.Severity == one.Worst))
            .ThenBy(static one => one.Subject.Name, StringComparer.Ordinal)];
}
