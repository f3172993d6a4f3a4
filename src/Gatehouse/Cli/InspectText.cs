using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Gatehouse.Core.Inspection;
using Gatehouse.Inspection;
using Gatehouse.Server;

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
            WriteTitle(finding, output);
            Fields().Add("Observed", finding.What).Add("Why", finding.Rule.Why).Add("Fix", finding.Fix).Write(output);
        }
        var rest = one.Findings.Where(static finding => finding.Severity < Severity.Medium).ToArray();
        if (rest.Length > 0) output.WriteLine();
        foreach (var finding in rest)
        {
            WriteTitle(finding, output);
            Fields().Add("Fix", finding.Fix).Write(output);
        }
    }

    private static void WriteTitle(Finding finding, TextWriter output)
        => new TextTable(new("", WidthMin: 8), new("", ColumnKind.Words)) { Indent = "  " }
            .Add(SeverityWords.Of(finding.Severity), $"{finding.Rule.Title} {finding.Rule.Id}").Write(output);

    private static TextTable Fields()
        => new(new("", WidthMin: 8), new("", ColumnKind.Words)) { Indent = new string(' ', 12) };

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

/// <summary>Prints findings as JSON, one object a line, or as one SARIF document.</summary>
internal static class InspectJson
{
    public static void Write(
        IReadOnlyList<InspectedSubject> subjects, IReadOnlyList<string> notSeen, TextWriter output)
    {
        foreach (var one in subjects)
        {
            foreach (var finding in one.Findings) JsonLines.Write(output, json => WriteFinding(json, one.Job, finding));
        }
        foreach (var sentence in notSeen)
        {
            JsonLines.Write(output, json =>
            {
                json.WriteString("kind", "not-seen");
                json.WriteString("what", sentence);
            });
        }
        JsonLines.Write(output, json =>
        {
            json.WriteString("kind", "count");
            json.WriteNumber("subjects", subjects.Count);
            foreach (var severity in Enum.GetValues<Severity>().Reverse())
            {
                json.WriteNumber(SeverityWords.Of(severity),
                    subjects.Sum(one => one.Findings.Count(finding => finding.Severity == severity)));
            }
        });
    }

    public static void WriteSarif(IReadOnlyList<InspectedSubject> subjects, TextWriter output)
        => JsonLines.WriteDocument(output, json =>
            SarifWriter.Write(json, subjects.SelectMany(static one => one.Findings), ProductVersion.Text));

    private static void WriteFinding(Utf8JsonWriter json, string? job, Finding finding)
    {
        json.WriteString("kind", "finding");
        json.WriteString("id", finding.Rule.Id);
        json.WriteString("severity", SeverityWords.Of(finding.Severity));
        json.WriteString("subject-kind", finding.Subject.KindWord);
        json.WriteString("subject", finding.Subject.Name);
        if (job is not null) json.WriteString("job", job);
        json.WriteString("title", finding.Rule.Title);
        json.WriteString("observed", finding.What);
        json.WriteString("why", finding.Rule.Why);
        json.WriteString("fix", finding.Fix);
        finding.Remedy.Write(json);
        if (finding.File is not null) json.WriteString("file", finding.File);
        json.WriteString("fingerprint", SarifWriter.Fingerprint(finding));
    }
}
