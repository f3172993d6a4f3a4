using System.Collections.Immutable;
using System.Globalization;
using Gatehouse.Core.Inspection;

namespace Gatehouse.Cli;

/// <summary>Prints findings for people: by subject, the worst first, in 80 columns.</summary>
internal static class InspectText
{
    private const int Columns = 80;

    public static void Write(
        IReadOnlyList<InspectedSubject> subjects, ImmutableArray<string> notSeen, TextWriter output)
    {
        foreach (var subject in subjects)
        {
            WriteSubject(subject, output);
            output.WriteLine();
        }
        foreach (var sentence in notSeen) Wrap(output, "", "not seen  ", sentence);
        if (!notSeen.IsEmpty) output.WriteLine();
        Wrap(output, "", "", Count(subjects));
    }

    /// <summary>The last line: how many of what.</summary>
    public static string Count(IReadOnlyList<InspectedSubject> subjects)
    {
        var things = Enum.GetValues<SubjectKind>().Select(kind => Number(
            subjects.Count(one => one.Subject.Kind == kind), Word(kind), Word(kind) is "process" ? "es" : "s"));
        return $"{string.Join(", ", things)}: {Severities(subjects.SelectMany(static one => one.Findings))}.";
    }

    private static void WriteSubject(InspectedSubject one, TextWriter output)
    {
        var job = one.Job is null || one.Job == one.Subject.Name ? "" : $" (job {one.Job})";
        Wrap(output, "", "", $"{one.Subject}{job}: {Severities(one.Findings)}");
        foreach (var finding in one.Findings.Where(static finding => finding.Severity >= Severity.Medium))
        {
            output.WriteLine();
            Wrap(output, "  ", $"{SeverityWords.Of(finding.Severity),-8}  ", $"{finding.Rule.Title}  {finding.Rule.Id}");
            Wrap(output, "            ", "read  ", finding.What);
            Wrap(output, "            ", "why   ", finding.Rule.Why);
            Wrap(output, "            ", "mend  ", finding.Mend);
        }
        var rest = one.Findings.Where(static finding => finding.Severity < Severity.Medium).ToArray();
        if (rest.Length > 0) output.WriteLine();
        foreach (var finding in rest)
        {
            Wrap(output, "  ", $"{SeverityWords.Of(finding.Severity),-8}  ", $"{finding.Rule.Title}  {finding.Rule.Id}");
            Wrap(output, "            ", "mend  ", finding.Mend);
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

    /// <summary>
    /// Writes words into lines. Names come from others, so what could move the cursor is made visible first. A word
    /// longer than a line stays whole: a broken path cannot be copied.
    /// </summary>
    private static void Wrap(TextWriter output, string indent, string label, string text)
    {
        var line = indent + label;
        var hanging = new string(' ', line.Length);
        var isEmpty = true;
        foreach (var word in SafeText.OneLine(text).Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!isEmpty && line.Length + 1 + word.Length > Columns)
            {
                output.WriteLine(line);
                (line, isEmpty) = (hanging, true);
            }
            line += isEmpty ? word : $" {word}";
            isEmpty = false;
        }
        output.WriteLine(line.TrimEnd());
    }
}
