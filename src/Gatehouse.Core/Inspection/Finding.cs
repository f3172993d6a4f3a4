using System.Globalization;

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

    /// <summary>What fixes it.</summary>
    public required Remedy Remedy { get; init; }

    /// <summary>The exact setting or command that fixes it, in words.</summary>
    public string Fix => Remedy.Text;

    /// <summary>What adoption takes, where adopting is the fix; else null.</summary>
    public string? Adopts { get; init; }

    /// <summary>
    /// What tells two findings of one rule and subject apart, as a network's name; stays the same from run to run.
    /// </summary>
    public string Key { get; init; } = "";

    /// <summary>The file to change, where one is known: a Compose file or a unit file.</summary>
    public string? File { get; init; }
}

/// <summary>What a finding is about.</summary>
/// <param name="Kind">Which kind of subject.</param>
/// <param name="Name">Its name: a container's or unit's, or a process's program and number.</param>
public sealed record FindingSubject(SubjectKind Kind, string Name)
{
    /// <summary>The container engine.</summary>
    public static FindingSubject Engine { get; } = new(SubjectKind.Engine, "docker");

    /// <summary>A process, by its program and number.</summary>
    /// <param name="process">The process.</param>
    public static FindingSubject Of(ProcessFacts process)
    {
        ArgumentNullException.ThrowIfNull(process);
        return new FindingSubject(
            SubjectKind.Process, string.Create(CultureInfo.InvariantCulture, $"{process.Program} ({process.Id})"));
    }

    /// <summary>The kind and the name, as <c>container ollama</c>.</summary>
    public override string ToString() => $"{KindWord} {Name}";

    /// <summary>The kind as a word.</summary>
    public string KindWord => Kind switch
    {
        SubjectKind.Container => "container",
        SubjectKind.Engine => "engine",
        SubjectKind.Unit => "unit",
        SubjectKind.Process => "process",
        _ => throw new InvalidOperationException("A kind of subject has no word."),
    };
}

/// <summary>What kind of subject was inspected.</summary>
public enum SubjectKind
{
    /// <summary>A container of the engine.</summary>
    Container,

    /// <summary>The container engine itself.</summary>
    Engine,

    /// <summary>A systemd service.</summary>
    Unit,

    /// <summary>A process that belongs to neither.</summary>
    Process,
}

/// <summary>How much a finding matters for a host that runs AI jobs; the least severe first.</summary>
public enum Severity
{
    /// <summary>Worth knowing; nothing follows from it alone.</summary>
    Info,

    /// <summary>A layer of protection is missing behind others.</summary>
    Low,

    /// <summary>A job that goes wrong reaches further than it has to.</summary>
    Medium,

    /// <summary>A job that goes wrong reaches other machines, other jobs' data, or past the gate.</summary>
    High,

    /// <summary>A job that goes wrong owns the host.</summary>
    Critical,
}

/// <summary>Severities as words and as the numbers that code scanning tools sort by.</summary>
public static class SeverityWords
{
    /// <summary>The severity as a word.</summary>
    /// <param name="severity">The severity.</param>
    public static string Of(Severity severity) => severity switch
    {
        Severity.Info => "info",
        Severity.Low => "low",
        Severity.Medium => "medium",
        Severity.High => "high",
        Severity.Critical => "critical",
        _ => throw new InvalidOperationException("A severity has no word."),
    };

    /// <summary>The severity that a word means; null when it is none.</summary>
    /// <param name="word">The word, in small letters.</param>
    public static Severity? Parse(string word)
    {
        foreach (var severity in Enum.GetValues<Severity>())
        {
            if (Of(severity) == word) return severity;
        }
        return null;
    }
}
