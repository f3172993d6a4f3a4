using System.Collections.Immutable;
using Gatehouse.Core.Estate;
using Gatehouse.Core.Inspection;

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

    /// <summary>A model beside the gate again makes every other statement about this host untrue.</summary>
    private static NextStep[] Changed(StepScene scene) => scene.Changed.IsEmpty ? [] :
    [
        new()
        {
            Key = "adoption changed",
            Rank = StepRank.Changed,
            Title = "Bring back what was adopted.",
            Why = "Somebody moved what the adoption had put behind the gate, as Compose before version 2 does at each "
                + "start: calls may bypass the gate, or fail.",
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

/// <summary>Everything that the choice of a step looks at, taken at one moment.</summary>
public sealed record StepScene
{
    /// <summary>The time.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>The estate; null when there is none.</summary>
    public EstatePlan? Plan { get; init; }

    /// <summary>What inspection found of jobs and of what looks like one.</summary>
    public ImmutableArray<Finding> Findings { get; init; } = [];

    /// <summary>What calls models and is no job of the estate.</summary>
    public ImmutableArray<UndeclaredApp> Undeclared { get; init; } = [];

    /// <summary>How the engine differs from what was adopted, as sentences.</summary>
    public ImmutableArray<string> Changed { get; init; } = [];

    /// <summary>What adoption was asked for and cannot take, by the name that it takes, with the reason.</summary>
    public ImmutableDictionary<string, string> NotAdoptable { get; init; } =
        ImmutableDictionary<string, string>.Empty;

    /// <summary>Whether this user is root. Adopting needs root.</summary>
    public bool IsRoot { get; init; } = true;

    /// <summary>The options that a command needs to find this home and engine again, each after a space.</summary>
    public string Options { get; init; } = "";

    /// <summary>The part of <see cref="Options"/> that names the home.</summary>
    public string HomeOption { get; init; } = "";

    /// <summary>Service tokens that are good.</summary>
    public ImmutableArray<TokenAge> Tokens { get; init; } = [];

    /// <summary>Whether there is a ledger of which a checkpoint can be kept.</summary>
    public bool HasLedger { get; init; }

    /// <summary>When a checkpoint that was kept elsewhere was last seen to match; null when never.</summary>
    public DateTimeOffset? CheckpointSeen { get; init; }

    /// <summary>What could not be looked at.</summary>
    public ImmutableHashSet<StepSource> NotSeen { get; init; } = [];
}

/// <summary>A service token that is good.</summary>
/// <param name="Id">Its id, which opens nothing.</param>
/// <param name="Job">The job that it is of.</param>
/// <param name="Issued">When it was issued.</param>
public sealed record TokenAge(string Id, string Job, DateTimeOffset Issued);

/// <summary>Something on the host that calls models and is no job of the estate.</summary>
/// <param name="Kind">What it is, as <c>container</c>.</param>
/// <param name="Name">Its name.</param>
/// <param name="Target">What adoption takes: its Compose project, else its name.</param>
public sealed record UndeclaredApp(string Kind, string Name, string Target);
