using System.Text.Json;
using System.Text.Json.Nodes;

namespace Gatehouse.Demo;

/// <summary>A tool that the request offers and the arguments the scripted model calls it with.</summary>
internal sealed record ScriptedTool(string Name, JsonObject Arguments)
{
    /// <summary>The first function among the tools of any dialect, or null.</summary>
    public static ScriptedTool? FirstOf(JsonElement root)
    {
        if (!root.TryGetProperty("tools", out var tools) || tools.ValueKind != JsonValueKind.Array)
            return null;
        foreach (var tool in tools.EnumerateArray())
        {
            if (tool.ValueKind != JsonValueKind.Object)
                continue;
            var function = tool.TryGetProperty("function", out var inner) ? inner : tool;
            if (ScriptedRequest.TextOf(function, "name") is { } name)
                return new ScriptedTool(name, ArgumentsFor(function));
        }

        return null;
    }

    private static JsonObject ArgumentsFor(JsonElement function)
    {
        var arguments = new JsonObject();
        var found = function.TryGetProperty("parameters", out var schema)
            || function.TryGetProperty("input_schema", out schema);
        if (!found || schema.ValueKind != JsonValueKind.Object
            || !schema.TryGetProperty("properties", out var properties) || properties.ValueKind != JsonValueKind.Object)
        {
            return arguments;
        }

        foreach (var property in properties.EnumerateObject())
            arguments[property.Name] = ValueFor(property.Value);
        return arguments;
    }

    private static JsonNode ValueFor(JsonElement schema)
    {
        if (schema.ValueKind == JsonValueKind.Object && schema.TryGetProperty("enum", out var choices)
            && choices.ValueKind == JsonValueKind.Array && choices.GetArrayLength() > 0)
        {
            return choices[0].ToString();
        }

        return ScriptedRequest.TextOf(schema, "type") switch
        {
            "number" or "integer" => 21,
            "boolean" => true,
            "array" => new JsonArray(),
            "object" => new JsonObject(),
            // Beyond ASCII on purpose: arguments are where gateways break characters apart.
            _ => "Zürich",
        };
    }
}
