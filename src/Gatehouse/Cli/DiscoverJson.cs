using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Gatehouse.Core.Discovery;
using Gatehouse.Core.Estate;
using Gatehouse.Discovery;

namespace Gatehouse.Cli;

/// <summary>Prints finds as JSON, one object a line; docs/discover.md names every field.</summary>
internal static class DiscoverJson
{
    // The output goes to a terminal or a program, never into HTML, so letters beyond ASCII stay readable.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Write(IEnumerable<DiscoveredItem> discoveries, HostSearchResult searched, TextWriter output)
    {
        foreach (var discovered in discoveries) Line(output, json => WriteFind(json, discovered));
        foreach (var changed in searched.Changed) Line(output, json => WriteNote(json, "changed", changed));
        foreach (var looked in searched.Looked) Line(output, json => WriteNote(json, "looked", looked));
        foreach (var skipped in searched.Skipped) Line(output, json => WriteNote(json, "skipped", skipped));
    }

    private static void Line(TextWriter output, Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }
        output.WriteLine(Encoding.UTF8.GetString(buffer.WrittenSpan));
    }

    private static void WriteNote(Utf8JsonWriter json, string kind, string text)
    {
        json.WriteString("kind", kind);
        json.WriteString("text", text);
    }

    private static void WriteFind(Utf8JsonWriter json, DiscoveredItem discovered)
    {
        json.WriteString("kind", discovered.Kind switch
        {
            DiscoveredKind.Job => "job",
            DiscoveredKind.Server => "server",
            DiscoveredKind.Bypass => "way-around",
            _ => throw new InvalidOperationException($"The kind {discovered.Kind} has no word."),
        });
        json.WriteString("name", discovered.Name);
        json.WriteString("software", discovered.Software);
        json.WriteString("estate", Words.Of(discovered.State));
        if (discovered.IsRunning is { } running) json.WriteBoolean("running", running);
        Texts(json, "places", discovered.Places);
        Texts(json, "addresses", discovered.Addresses);
        if (discovered.Provider is { } provider) json.WriteString("provider", Words.Of(provider));
        json.WriteStartArray("evidence");
        foreach (var piece in discovered.Evidence)
        {
            json.WriteStartObject();
            json.WriteString("clue", JsonNamingPolicy.KebabCaseLower.ConvertName(piece.Kind.ToString()));
            json.WriteString("where", piece.Where);
            json.WriteString("value", piece.Value);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        Texts(json, "notes", discovered.Notes);
        WriteRisk(json, discovered.Risk);
        WriteEntry(json, discovered);
    }

    private static void WriteRisk(Utf8JsonWriter json, RiskAssessment? risk)
    {
        if (risk is null) return;
        json.WriteStartObject("risk");
        json.WriteString("level", Words.Of(risk.Level));
        json.WriteNumber("score", risk.Score);
        json.WriteBoolean("flagged", risk.IsFlagged);
        Texts(json, "reasons", risk.Reasons.Select(reason => reason.Sentence));
        json.WriteEndObject();
    }

    private static void WriteEntry(Utf8JsonWriter json, DiscoveredItem discovered)
    {
        if (discovered.Job is not { } job) return;
        json.WriteStartObject("entry");
        json.WriteString("owner", job.Owner);
        Texts(json, "models", job.Models);
        json.WriteString("trigger", Words.Of(job.Trigger));
        if (job.TriggerDetail is { } detail) json.WriteString("trigger-detail", detail);
        json.WriteString("source", Words.Of(job.Source.Kind));
        json.WriteString("sink", job.Sink);
        json.WriteString("yaml", EstateEditor.Snippet(Classifier.EntriesOf([discovered])));
        json.WriteEndObject();
    }

    private static void Texts(Utf8JsonWriter json, string name, IEnumerable<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts) json.WriteStringValue(text);
        json.WriteEndArray();
    }
}
