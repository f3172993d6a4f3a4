using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Gatehouse.Actions;

/// <summary>
/// The one way to write a JSON object on a line of its own: what the socket answers, and what the command line prints
/// with <c>--json</c>.
/// </summary>
internal static class JsonLine
{
    // The output goes to a terminal or a program, never into HTML, so letters beyond ASCII stay readable.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The object, without an end of line.</summary>
    public static ReadOnlyMemory<byte> Of(Action<Utf8JsonWriter> members)
    {
        var line = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(line, Options))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }
        return line.WrittenMemory;
    }
}
