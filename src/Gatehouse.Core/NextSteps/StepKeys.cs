namespace Gatehouse.Core.NextSteps;

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
            // A job is told by its containers and its estate entry: both have to be in sight.
            "undeclared" => source is StepSource.Engine or StepSource.Estate,
            "adoption" => source == StepSource.Engine,
            "token" => source == StepSource.Tokens,
            Checkpoint => source == StepSource.Checkpoint,
            _ => source == StepSource.Estate,
        };
    }
}
