namespace Gatehouse.Tests.Inspection;

/// <summary>One rule's two fixtures: what it is for, and the nearest thing that it is not for.</summary>
/// <param name="Cause">What is changed from a contained container, in words.</param>
/// <param name="Fires">What the rule finds.</param>
/// <param name="Rests">What it does not find.</param>
internal sealed record RuleCase(string Cause, Scenery Fires, Scenery Rests)
{
    /// <summary>Other rules that the same change is a matter of.</summary>
    public string[] Also { get; init; } = [];
}
