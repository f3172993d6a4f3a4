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
            .. Changed(scene), .. FindingSteps.Of(scene), .. EstateSteps.Of(scene), .. KeepingSteps.Of(scene),
        ];
        return [.. steps.OrderBy(static step => step.Rank).ThenBy(static step => step.Key, StringComparer.Ordinal)];
    }

    /// <summary>What stands beside the gate again makes everything else that is said of the house untrue.</summary>
    private static NextStep[] Changed(StepScene scene) => scene.Changed.IsEmpty ? [] :
    [
        new()
        {
            Key = "adoption changed",
            Rank = StepRank.Changed,
            Title = "Bring back what was adopted.",
            Why = "Somebody moved what the adoption had put behind the gate, as Compose before version 2 does at each "
                + "start: calls may go around the gate, or nowhere.",
            Read = string.Join(' ', scene.Changed),
            Command = $"{StepCommand.Program} adopt",
            Undo = $"{StepCommand.Program} adopt --undo",
            Check = "the engine shows the models and the apps where the adoption put them",
            Source = StepSource.Engine,
        },
    ];
}
