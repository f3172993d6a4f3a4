namespace Gatehouse.Core.NextSteps;

/// <summary>One step that makes the host safer, small enough for one evening.</summary>
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

/// <summary>Parts of the commands that steps name.</summary>
internal static class StepCommand
{
    public const string Program = "gatehouse";

    /// <summary>What makes a changed estate file count.</summary>
    public const string Reload = "gatehouse reload";

    /// <summary>The command that adopts, as this user has to type it.</summary>
    public static string Adopt(StepScene scene, string target)
        => $"{(scene.IsRoot ? "" : "sudo ")}{Program} adopt{(target.Length > 0 ? $" {Quote(target)}" : "")}"
            + scene.Options;

    /// <summary>The command that takes adoptions back.</summary>
    public static string UndoAdoption(StepScene scene)
        => $"{(scene.IsRoot ? "" : "sudo ")}{Program} adopt --undo{scene.Options}";

    /// <summary>A name as one word of a shell.</summary>
    public static string Quote(string name)
        => name.Length > 0
            && name.All(static letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.' or '@')
            && name[0] != '-' ? name : $"'{name.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}

/// <summary>What a remembered key says of its step, when the step itself is gone from the list.</summary>
public static class StepKeys
{
    /// <summary>The step that only a kept checkpoint closes.</summary>
    public const string Checkpoint = KeepingSteps.CheckpointKey;

    /// <summary>Whether the step with this key was seen there.</summary>
    /// <param name="key">The key of a step.</param>
    /// <param name="source">A place to look.</param>
    public static bool IsSeenIn(string key, StepSource source)
    {
        ArgumentNullException.ThrowIfNull(key);
        return key.Split(' ')[0] switch
        {
            "finding" => source == (key.Contains(" GH-UNT", StringComparison.Ordinal)
                || key.Contains(" GH-PRC", StringComparison.Ordinal) ? StepSource.Host : StepSource.Engine),
            // A job is known by its containers and its estate entry: both have to be readable.
            "undeclared" => source is StepSource.Engine or StepSource.Estate,
            "adoption" => source == StepSource.Engine,
            "token" => source == StepSource.Tokens,
            Checkpoint => source == StepSource.Checkpoint,
            _ => source == StepSource.Estate,
        };
    }
}

/// <summary>The order of the kinds of steps, with room between them for what a kind orders itself.</summary>
internal static class StepRank
{
    public const int Changed = 500;
    public const int CriticalFinding = 1_000;
    public const int HighFinding = 2_000;
    public const int NoEstate = 3_000;
    public const int Undeclared = 4_000;
    public const int Credential = 6_000;
    public const int NoLimits = 7_000;
    public const int MediumFinding = 8_000;
    public const int OldToken = 9_000;
    public const int Checkpoint = 10_000;
    public const int Observed = 11_000;

    /// <summary>A question changes nothing by itself, so whatever closes a hole comes first.</summary>
    public const int UnknownAnswer = 11_500;
    public const int LowFinding = 12_000;
}

/// <summary>What has to be read before a step counts as done: what could not be read is not fixed.</summary>
public enum StepSource
{
    /// <summary>The estate file.</summary>
    Estate,

    /// <summary>The container engine.</summary>
    Engine,

    /// <summary>Services and processes of the host.</summary>
    Host,

    /// <summary>The list of tokens.</summary>
    Tokens,

    /// <summary>A checkpoint that was kept elsewhere.</summary>
    Checkpoint,
}
