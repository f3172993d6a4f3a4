using System.Text.Json;
using Gatehouse.Core.Estate;

namespace Gatehouse.Core.Discovery;

/// <summary>What an Ollama says of calls that it hands to ollama.com.</summary>
public static class OllamaCloud
{
    private const int NamesShown = 3;
    private const string TurnOff = "To turn it off, set OLLAMA_NO_CLOUD=1 for the server and start it again, or write "
        + "{\"disable_ollama_cloud\": true} to its ~/.ollama/server.json.";

    /// <summary>The evidence for it; null when the server is no such Ollama, or its cloud is turned off.</summary>
    /// <param name="status">The answer to <c>/api/status</c>; null when there is none.</param>
    /// <param name="tags">The answer to <c>/api/tags</c>; null when there is none.</param>
    public static Evidence? Read(JsonElement? status, JsonElement? tags)
    {
        var isOn = Member(Member(status, "cloud"), "disabled") is { } disabled
            ? disabled.ValueKind == JsonValueKind.False : (bool?)null;
        if (isOn == false) return null;
        string[] remote = Member(tags, "models") is { ValueKind: JsonValueKind.Array } models
            ? [.. models.EnumerateArray().Where(IsRemote).Select(one => TextOf(one, "name"))] : [];
        if (remote.Length > 0)
        {
            var more = remote.Length - NamesShown;
            var names = string.Join(", ", remote.Take(NamesShown)) + (more > 0 ? $" and {more} more" : "");
            return new Evidence(
                EvidenceKind.HandsOn, "/api/tags", $"It hands the prompts for {names} to another server. {TurnOff}");
        }
        return isOn == true
            ? new Evidence(EvidenceKind.HandsOn, "/api/status",
                $"It can hand prompts to ollama.com: for every name that ends in :cloud or -cloud. {TurnOff}")
            : null;
    }

    private static bool IsRemote(JsonElement model) => TextOf(model, "remote_host").Length > 0
        || TextOf(model, "remote_model").Length > 0 || OllamaName.IsCloud(TextOf(model, "name"));

    private static JsonElement? Member(JsonElement? parent, string name)
        => parent is { ValueKind: JsonValueKind.Object } value && value.TryGetProperty(name, out var member)
            ? member : null;

    private static string TextOf(JsonElement parent, string name)
        => Member(parent, name) is { ValueKind: JsonValueKind.String } text
            && text.GetString() is { Length: <= 200 } value && !value.Any(char.IsControl) ? value : "";
}
