using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Gatehouse.Actions;

namespace Gatehouse.Cli;

/// <summary>The one way in which the command line prints JSON: one object a line, or one document.</summary>
internal static class JsonLines
{
    private static readonly JsonWriterOptions Document = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Indented = true,
    };

    public static void Write(TextWriter output, Action<Utf8JsonWriter> members)
        => Print(output, Encoding.UTF8.GetString(JsonLine.Of(members).Span));

    /// <summary>Prints a line that the gate answered.</summary>
    public static void Write(TextWriter output, JsonElement line) => Print(output, line.GetRawText());

    /// <summary>Prints a document of several lines, which the delegate writes whole.</summary>
    public static void WriteDocument(TextWriter output, Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Document)) write(json);
        Print(output, Encoding.UTF8.GetString(buffer.WrittenSpan));
    }

    /// <summary>
    /// Controls that reorder text can only stand in strings, where an escape means the same and changes no screen.
    /// </summary>
    private static void Print(TextWriter output, string json)
    {
        if (!json.Any(SafeText.IsBidirectional))
        {
            output.WriteLine(json);
            return;
        }
        var safe = new StringBuilder();
        foreach (var character in json)
        {
            if (!SafeText.IsBidirectional(character)) safe.Append(character);
            else safe.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}");
        }
        output.WriteLine(safe.ToString());
    }
}
