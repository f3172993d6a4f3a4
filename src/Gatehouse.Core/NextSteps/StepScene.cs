using System.Collections.Immutable;
using Gatehouse.Core.Estate;
using Gatehouse.Core.Inspection;

namespace Gatehouse.Core.NextSteps;

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
