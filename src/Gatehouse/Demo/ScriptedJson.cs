using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Gatehouse.Demo;

/// <summary>Nodes to bytes. Text beyond ASCII goes out as UTF-8, as real models send it: splits can hit it.</summary>
internal static class ScriptedJson
{
    private static readonly JsonWriterOptions WriterOptions =
        new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static byte[] Bytes(JsonNode node)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, WriterOptions))
            node.WriteTo(writer);
        return buffer.WrittenSpan.ToArray();
    }

    public static string Text(JsonNode node) => System.Text.Encoding.UTF8.GetString(Bytes(node));

    /// <summary>An array of nodes, without the generic Add that native compilation cannot see through.</summary>
    public static JsonArray Array(IEnumerable<JsonNode?> nodes) => new([.. nodes]);
}
