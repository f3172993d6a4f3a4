using System.Text;
using System.Text.Json;

namespace Gatehouse.Core.Estate;

/// <summary>The JSON Schema of the estate file, for editors that complete and check it while a person types.</summary>
public static class EstateSchema
{
    /// <summary>The file name under which the schema lies beside an estate file.</summary>
    public const string FileName = "estate.schema.json";

    /// <summary>Writes the schema (draft 07, which YAML editors support in full) from the table of keys.</summary>
    /// <returns>Indented JSON with a closing line break.</returns>
    public static string Text()
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
        {
            json.WriteStartObject();
            json.WriteString("$schema", "http://json-schema.org/draft-07/schema#");
            json.WriteString("title", "Gatehouse estate");
            SectionSchema.Write(EstateKeys.Section, json);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length) + "\n";
    }
}
