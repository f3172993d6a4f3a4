using System.Collections.Immutable;

namespace Gatehouse.Core.Steps;

/// <summary>
/// All steps that there are, the one to take first in front. Pure: the same scene gives the same list. The order is a
/// convention of this program: who owns the host comes before who goes around the gate, that before what nobody
/// declared, that before what is only untidy.
/// </summary>
public static class StepList
{
    /// <summary>Every step that is open.</summary>
    /// <param name="scene">What is known.</param>
    public static ImmutableArray<NextStep> Of(StepScene scene)
    {
        ArgumentNullException.ThrowIfNull(scene);
        IEnumerable<NextStep> steps =
        [
            .. FindingSteps.Of(scene), .. EstateSteps.Of(scene), .. KeepingSteps.Of(scene),
        ];
        return [.. steps.OrderBy(static step => step.Rank).ThenBy(static step => step.Key, StringComparer.Ordinal)];
    }
}
