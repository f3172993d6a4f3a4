using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Gatehouse.Core.Inspection;
using Gatehouse.Inspection;
using Gatehouse.Server;

namespace Gatehouse.Cli;

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
        json.WriteString("read", finding.What);
        json.WriteString("why", finding.Rule.Why);
        json.WriteString("mend", finding.Fix);
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
