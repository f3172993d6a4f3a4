using System.Globalization;

namespace Gatehouse.Core.Inspection;

/// <summary>What a finding is about.</summary>
/// <param name="Kind">Which kind of thing.</param>
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
