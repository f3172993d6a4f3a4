using System.Text.Json;

namespace Gatehouse.Core.Ledger;

/// <summary>Reads members of a leaf's body, naming the missing one.</summary>
internal static class EntryBody
{
    public static string Text(this JsonElement body, string name) =>
        body.TextIfSet(name) ?? throw Missing(name);

    public static string? TextIfSet(this JsonElement body, string name)
    {
        if (!body.TryGetProperty(name, out var value))
            return null;
        return value.ValueKind == JsonValueKind.String ? value.GetString() : throw Missing(name);
    }

    public static long Number(this JsonElement body, string name) =>
        body.NumberIfSet(name) ?? throw Missing(name);

    public static long? NumberIfSet(this JsonElement body, string name)
    {
        if (!body.TryGetProperty(name, out var value))
            return null;
        return value.ValueKind == JsonValueKind.Number ? value.GetInt64() : throw Missing(name);
    }

    public static DateTimeOffset Time(this JsonElement body, string name) =>
        LedgerTime.TryParse(body.Text(name), out var time) ? time : throw Missing(name);

    public static IReadOnlyList<string> Texts(this JsonElement body, string name)
    {
        if (!body.TryGetProperty(name, out var value))
            return [];
        if (value.ValueKind != JsonValueKind.Array)
            throw Missing(name);
        return [.. value.EnumerateArray().Select(item =>
            item.ValueKind == JsonValueKind.String ? item.GetString()! : throw Missing(name))];
    }

    public static string TextOf(JsonProperty member) =>
        member.Value.ValueKind == JsonValueKind.String ? member.Value.GetString()! : throw Missing(member.Name);

    public static long NumberOf(JsonProperty member) =>
        member.Value.ValueKind == JsonValueKind.Number ? member.Value.GetInt64() : throw Missing(member.Name);

    public static JsonElement? ObjectIfSet(this JsonElement body, string name)
    {
        if (!body.TryGetProperty(name, out var value))
            return null;
        return value.ValueKind == JsonValueKind.Object ? value : throw Missing(name);
    }

    public static FormatException Missing(string name) => new($"A leaf's '{name}' is missing or of the wrong type.");
}
