using System.Buffers;
using System.Text.Json;

namespace Gatehouse.Actions;

/// <summary>The last line of an act's answer.</summary>
internal static class ActionLine
{
    public static ReadOnlyMemory<byte> End(int exit, string? error)
    {
        var line = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(line))
        {
            json.WriteStartObject();
            if (error is not null) json.WriteString("error", error);
            json.WriteNumber("exit", exit);
            json.WriteEndObject();
        }
        return line.WrittenMemory;
    }
}
