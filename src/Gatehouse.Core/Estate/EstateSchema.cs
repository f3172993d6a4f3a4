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

/// <summary>The JSON Schema of a section, written from its settings.</summary>
internal static class SectionSchema
{
    public static void Write(SectionShape section, Utf8JsonWriter json)
    {
        json.WriteString("type", "object");
        json.WriteBoolean("additionalProperties", false);
        var required = section.Settings.Where(setting => setting.Required).ToArray();
        if (required.Length != 0)
            WriteRequired(json, required);
        if (section.ExactlyOne.Length != 0)
        {
            json.WriteStartArray("oneOf");
            foreach (var setting in section.ExactlyOne)
            {
                json.WriteStartObject();
                WriteRequired(json, [setting]);
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }
        json.WriteStartObject("properties");
        foreach (var setting in section.Settings)
        {
            json.WriteStartObject(setting.Name);
            json.WriteString("description", setting.Description);
            setting.Shape.WriteSchema(json);
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }

    private static void WriteRequired(Utf8JsonWriter json, SettingKey[] settings)
    {
        json.WriteStartArray("required");
        foreach (var setting in settings)
            json.WriteStringValue(setting.Name);
        json.WriteEndArray();
    }
}
