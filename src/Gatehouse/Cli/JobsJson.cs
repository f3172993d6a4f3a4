using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Gatehouse.Core.Estate;

namespace Gatehouse.Cli;

/// <summary>Prints jobs as JSON, one object a line.</summary>
internal static class JobsJson
{
    // The output goes to a terminal or a program, never into HTML, so letters beyond ASCII stay readable.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Write(IEnumerable<ClassifiedJob> jobs, TextWriter output)
    {
        var buffer = new ArrayBufferWriter<byte>();
        foreach (var judged in jobs)
        {
            buffer.ResetWrittenCount();
            using (var json = new Utf8JsonWriter(buffer, Options))
                WriteJob(json, judged.Job, judged.Risk);
            output.WriteLine(Encoding.UTF8.GetString(buffer.WrittenSpan));
        }
    }

    private static void WriteJob(Utf8JsonWriter json, JobPlan job, RiskAssessment risk)
    {
        json.WriteStartObject();
        json.WriteString("kind", "job");
        json.WriteString("job", job.Key);
        json.WriteString("owner", job.Owner);
        json.WriteStartArray("models");
        foreach (var model in job.Models)
            json.WriteStringValue(model.Key);
        json.WriteEndArray();
        json.WriteString("trigger", job.Trigger.ToString());
        json.WriteString("source", Words.Of(job.Source.Kind));
        json.WriteString("sink", job.Sink.Key);
        json.WriteString("sink-kind", Words.Of(job.Sink.Kind));
        json.WriteString("mode", Words.Of(job.Mode));
        json.WriteString("level", Words.Of(risk.Level));
        json.WriteNumber("score", risk.Score);
        json.WriteBoolean("flagged", risk.IsFlagged);
        json.WriteStartArray("reasons");
        foreach (var reason in risk.Reasons)
        {
            json.WriteStartObject();
            json.WriteNumber("points", reason.Points);
            json.WriteString("reason", reason.Sentence);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
