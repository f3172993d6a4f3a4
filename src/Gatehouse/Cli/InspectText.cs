using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
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

/// <summary>Prints findings as JSON, one object a line, or as one SARIF document.</summary>
internal static class InspectJson
{
    // The output goes to a terminal or a program, never into HTML; control characters are escaped in any case.
    private static readonly JsonWriterOptions Lines = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly JsonWriterOptions Document = Lines with { Indented = true };

    public static void Write(
        IReadOnlyList<InspectedSubject> subjects, IReadOnlyList<string> notSeen, TextWriter output)
    {
        foreach (var one in subjects)
        {
            foreach (var finding in one.Findings) Line(output, json => WriteFinding(json, one.Job, finding));
        }
        foreach (var sentence in notSeen)
        {
            Line(output, json =>
            {
                json.WriteString("kind", "not-seen");
                json.WriteString("what", sentence);
            });
        }
        Line(output, json =>
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
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Document))
            SarifWriter.Write(json, subjects.SelectMany(static one => one.Findings), ProductVersion.Text);
        output.WriteLine(Encoding.UTF8.GetString(buffer.WrittenSpan));
    }

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
        if (finding.File is not null) json.WriteString("file", finding.File);
        json.WriteString("fingerprint", SarifWriter.Fingerprint(finding));
    }

    private static void Line(TextWriter output, Action<Utf8JsonWriter> members)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Lines))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }
        output.WriteLine(Encoding.UTF8.GetString(buffer.WrittenSpan));
    }
}
