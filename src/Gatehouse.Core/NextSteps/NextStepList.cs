using System.Collections.Immutable;

namespace Gatehouse.Core.NextSteps;

/// <summary>
/// All steps that there are, the one to take first in front. Pure: the same scene gives the same list. The order is a
/// convention of this program: who owns the host comes before who goes around the gate, that before what nobody
/// declared, that before questions, those before what is only untidy.
/// </summary>
public static class NextStepList
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
        return [.. steps.Select(step => AtHome(step, scene.HomeOption))
            .OrderBy(static step => step.Rank).ThenBy(static step => step.Key, StringComparer.Ordinal)];
    }

    /// <summary>Commands that speak to the gate name its home where it is not found by itself.</summary>
    private static NextStep AtHome(NextStep step, string home) => home.Length == 0 ? step : step with
    {
        Command = step.Command.Replace(StepCommand.Reload, StepCommand.Reload + home, StringComparison.Ordinal),
        Undo = step.Undo.Replace(StepCommand.Reload, StepCommand.Reload + home, StringComparison.Ordinal),
    };

    /// <summary>What stands beside the gate again makes everything else that is said of this host untrue.</summary>
    private static NextStep[] Changed(StepScene scene) => scene.Changed.IsEmpty ? [] :
    [
        new()
        {
            Key = "adoption changed",
            Rank = StepRank.Changed,
            Title = "Bring back what was adopted.",
            Why = "Somebody moved what the adoption had put behind the gate, as Compose before version 2 does at each "
                + "start: calls may go around the gate, or nowhere.",
            Read = string.Join(' ', scene.Changed)
                + (scene.NotAdoptable.TryGetValue("", out var why) ? $" To bring it back is not possible: {why}" : ""),
            Command = why is null ? StepCommand.Adopt(scene, "")
                : $"{StepCommand.UndoAdoption(scene)}, then {StepCommand.Adopt(scene, "")}",
            Undo = StepCommand.UndoAdoption(scene),
            Adopts = why is null ? "" : null,
            Check = "the engine shows the models and the apps where the adoption put them",
            Source = StepSource.Engine,
        },
    ];
}
