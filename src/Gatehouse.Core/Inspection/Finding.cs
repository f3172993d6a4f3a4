namespace Gatehouse.Core.Inspection;

/// <summary>
/// One fact that matters. It never holds the value of a secret: variables and arguments are given by name alone.
/// </summary>
public sealed record Finding
{
    /// <summary>The rule that it is a finding of.</summary>
    public required InspectionRule Rule { get; init; }

    /// <summary>How much it matters here; at most the rule's worst.</summary>
    public required Severity Severity { get; init; }

    /// <summary>What it is about.</summary>
    public required FindingSubject Subject { get; init; }

    /// <summary>What was read, and where: field and value.</summary>
    public required string What { get; init; }

    /// <summary>The exact setting or command that fixes it.</summary>
    public required string Fix { get; init; }

    /// <summary>What adoption takes, where adopting is the fix; else null.</summary>
    public string? Adopts { get; init; }

    /// <summary>
    /// What tells two findings of one rule and subject apart, as a network's name; stays the same from run to run.
    /// </summary>
    public string Key { get; init; } = "";

    /// <summary>The file to change, where one is known: a Compose file or a unit file.</summary>
    public string? File { get; init; }
}
