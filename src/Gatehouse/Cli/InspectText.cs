using System.Collections.Immutable;
using System.Globalization;
using Gatehouse.Core.Inspection;
using Gatehouse.Inspection;

namespace Gatehouse.Cli;

/// <summary>Prints findings for people: by subject, the worst first, in 80 columns.</summary>
internal static class InspectText
{
    public static void Write(
        IReadOnlyList<InspectedSubject> subjects, ImmutableArray<string> notSeen, TextWriter output)
    {
        foreach (var subject in subjects)
        {
            WriteSubject(subject, output);
            output.WriteLine();
        }
        foreach (var sentence in notSeen) WrappedText.Write(output, "", "not checked  ", sentence);
        if (!notSeen.IsEmpty) output.WriteLine();
        WrappedText.Write(output, "", "", Count(subjects));
    }

    /// <summary>The last line: how many of what.</summary>
    public static string Count(IReadOnlyList<InspectedSubject> subjects)
    {
        var candidates = Enum.GetValues<SubjectKind>()
            .Where(kind => kind != SubjectKind.Engine || subjects.Any(one => one.Subject.Kind == kind))
            .Select(kind => Number(
            subjects.Count(one => one.Subject.Kind == kind), Word(kind), Word(kind) is "process" ? "es" : "s"));
        return $"{string.Join(", ", candidates)}: {Severities(subjects.SelectMany(static one => one.Findings))}.";
    }

    private static void WriteSubject(InspectedSubject one, TextWriter output)
    {
        var job = one.Job is null || one.Job == one.Subject.Name ? "" : $" (job {one.Job})";
        WrappedText.Write(output, "", "", $"{one.Subject}{job}: {Severities(one.Findings)}");
        foreach (var finding in one.Findings.Where(static finding => finding.Severity >= Severity.Medium))
        {
            output.WriteLine();
            WrappedText.Write(
                output, "  ", $"{SeverityWords.Of(finding.Severity),-8}  ", $"{finding.Rule.Title}  {finding.Rule.Id}");
            WrappedText.Write(output, "            ", "Observed  ", finding.What);
            WrappedText.Write(output, "            ", "Why       ", finding.Rule.Why);
            WrappedText.Write(output, "            ", "Fix       ", finding.Fix);
        }
        var rest = one.Findings.Where(static finding => finding.Severity < Severity.Medium).ToArray();
        if (rest.Length > 0) output.WriteLine();
        foreach (var finding in rest)
        {
            WrappedText.Write(
                output, "  ", $"{SeverityWords.Of(finding.Severity),-8}  ", $"{finding.Rule.Title}  {finding.Rule.Id}");
            WrappedText.Write(output, "            ", "Fix       ", finding.Fix);
        }
    }

    private static string Severities(IEnumerable<Finding> findings)
    {
        var counts = findings.GroupBy(static finding => finding.Severity)
            .OrderByDescending(static group => group.Key)
            .Select(static group => $"{group.Count()} {SeverityWords.Of(group.Key)}").ToArray();
        return counts.Length == 0 ? "nothing found" : string.Join(", ", counts);
    }

    private static string Number(int count, string word, string plural)
        => string.Create(CultureInfo.InvariantCulture, $"{count} {word}{(count == 1 ? "" : plural)}");

    private static string Word(SubjectKind kind) => new FindingSubject(kind, "").KindWord;
}
