namespace Gatehouse.Core.NextSteps;

/// <summary>One thing that makes the house safer, small enough for one evening.</summary>
public sealed record NextStep
{
    /// <summary>What it is, the same from run to run while it is not done.</summary>
    public required string Key { get; init; }

    /// <summary>How early it comes; lower is earlier.</summary>
    internal int Rank { get; init; }

    /// <summary>What to do, as a sentence.</summary>
    public required string Title { get; init; }

    /// <summary>Why.</summary>
    public required string Why { get; init; }

    /// <summary>What was read that makes it necessary.</summary>
    public required string Read { get; init; }

    /// <summary>The exact command or setting.</summary>
    public required string Command { get; init; }

    /// <summary>How to take it back.</summary>
    public required string Undo { get; init; }

    /// <summary>What <c>--done</c> looks at.</summary>
    public required string Check { get; init; }

    /// <summary>
    /// What its command adopts, as adoption takes it; empty for everything; null when it adopts nothing.
    /// </summary>
    public string? Adopts { get; init; }

    /// <summary>Where it was seen.</summary>
    public required StepSource Source { get; init; }
}
