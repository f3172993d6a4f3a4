using System.Text.Json;

namespace Gatehouse.Core.Estate;

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
