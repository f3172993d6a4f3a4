using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Gatehouse.Core.NextSteps;

namespace Gatehouse.Cli;

/// <summary>Prints one step, for people or as one line of JSON.</summary>
internal static class NextText
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Write(NextStep step, string heading, bool json, TextWriter output)
    {
        if (json)
        {
            WriteJson(step, heading == "Next", output);
            return;
        }
        WrappedText.Write(output, "", $"{heading}: ", step.Title);
        output.WriteLine();
        WrappedText.Write(output, "  ", "Observed  ", step.Read);
        WrappedText.Write(output, "  ", "Why       ", step.Why);
        WrappedText.Write(output, "  ", "Fix       ", step.Command);
        WrappedText.Write(output, "  ", "Undo      ", step.Undo);
        WrappedText.Write(output, "  ", "Verify    ", $"gatehouse next --done: {step.Check}");
    }

    public static void WriteNothing(bool json, TextWriter output)
        => output.WriteLine(json ? """{"kind":"none"}""" : "Nothing is left that this program knows of.");

    private static void WriteJson(NextStep step, bool isNext, TextWriter output)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            json.WriteString("kind", isNext ? "next" : "not-done");
            json.WriteString("key", step.Key);
            json.WriteString("title", step.Title);
            json.WriteString("read", step.Read);
            json.WriteString("why", step.Why);
            json.WriteString("do", step.Command);
            json.WriteString("undo", step.Undo);
            json.WriteString("check", step.Check);
            json.WriteEndObject();
        }
        output.WriteLine(Encoding.UTF8.GetString(buffer.WrittenSpan));
    }
}
