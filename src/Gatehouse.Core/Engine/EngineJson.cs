using System.Collections.Immutable;
using System.Text.Json;

namespace Gatehouse.Core.Engine;

/// <summary>
/// Reads members of the engine's JSON that may be absent, null or of another type: engines of ten years answer, and a
/// shape that is not known reads as not said.
/// </summary>
internal static class EngineJson
{
    /// <summary>More items than any real container or network has; the rest of a list is not read.</summary>
    private const int ItemsMax = 4_096;

    public static JsonElement Child(this JsonElement node, string name)
        => node.ValueKind == JsonValueKind.Object && node.TryGetProperty(name, out var child) ? child : default;

    public static string Text(this JsonElement node, string name)
    {
        var child = node.Child(name);
        return child.ValueKind == JsonValueKind.String ? child.GetString()! : "";
    }

    public static string? TextOrNull(this JsonElement node, string name)
        => node.Text(name) is { Length: > 0 } text ? text : null;

    public static bool Flag(this JsonElement node, string name) => node.Child(name).ValueKind == JsonValueKind.True;

    public static long Number(this JsonElement node, string name)
    {
        var child = node.Child(name);
        return child.ValueKind == JsonValueKind.Number && child.TryGetInt64(out var number) ? number : 0;
    }

    public static IEnumerable<JsonElement> Items(this JsonElement node, string name)
    {
        var child = node.Child(name);
        return child.ValueKind == JsonValueKind.Array ? child.EnumerateArray().Take(ItemsMax) : [];
    }

    public static IEnumerable<JsonProperty> Members(this JsonElement node, string name)
    {
        var child = node.Child(name);
        return child.ValueKind == JsonValueKind.Object ? child.EnumerateObject().Take(ItemsMax) : [];
    }

    public static ImmutableArray<string> Texts(this JsonElement node, string name)
    {
        var child = node.Child(name);
        if (child.ValueKind == JsonValueKind.String) return [child.GetString()!];
        return [.. node.Items(name).Where(static item => item.ValueKind == JsonValueKind.String)
            .Select(static item => item.GetString()!)];
    }

    public static ImmutableSortedDictionary<string, string> Map(this JsonElement node, string name)
    {
        var map = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var member in node.Members(name))
        {
            if (member.Value.ValueKind == JsonValueKind.String) map[member.Name] = member.Value.GetString()!;
        }
        return map.ToImmutable();
    }
}
