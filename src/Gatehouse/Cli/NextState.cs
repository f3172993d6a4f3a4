using System.Globalization;
using System.Text.Json;
using Gatehouse.Storage;

namespace Gatehouse.Cli;

/// <summary>
/// What <c>gatehouse next</c> remembers between two runs, in <c>next.json</c> of the home: the step that it showed,
/// and when a kept checkpoint was last compared. If it is lost, the next run shows a step anew.
/// </summary>
/// <param name="Key">The step's key; null when none is open.</param>
/// <param name="Title">What it said.</param>
/// <param name="Place">As whom and of which engine it was seen: who sees less must not call it done.</param>
/// <param name="CheckpointSeen">When a kept checkpoint was last compared.</param>
internal sealed record NextState(string? Key, string? Title, string? Place, DateTimeOffset? CheckpointSeen)
{
    private const string FileName = "next.json";
    private const int BytesMax = 64 * 1024; // It holds three short members.

    public static NextState None { get; } = new(null, null, null, null);

    /// <summary>What is remembered; a file that cannot be read or understood is as none.</summary>
    public static NextState Read(string home)
    {
        try
        {
            var path = Path.Combine(home, FileName);
            if (new FileInfo(path) is not { Exists: true, Length: <= BytesMax }) return None;
            using var json = JsonDocument.Parse(File.ReadAllBytes(path));
            if (json.RootElement.ValueKind != JsonValueKind.Object) return None;
            return new NextState(
                Text(json.RootElement, "key"), Text(json.RootElement, "title"),
                Text(json.RootElement, "place"),
                DateTimeOffset.TryParse(Text(json.RootElement, "checkpoint-seen"), CultureInfo.InvariantCulture,
                    DateTimeStyles.AssumeUniversal, out var seen) ? seen : null);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException)
        {
            return None;
        }
    }

    /// <summary>Remembers; whether it could.</summary>
    public bool TryWrite(string home)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteNumber("v", 1);
            json.WriteString("key", Key);
            json.WriteString("title", Title);
            json.WriteString("place", Place);
            if (CheckpointSeen is { } seen) json.WriteString("checkpoint-seen", seen);
            json.WriteEndObject();
        }
        try
        {
            DurableFile.Write(Path.Combine(home, FileName), bytes.ToArray());
            return true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static string? Text(JsonElement node, string name)
        => node.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString() : null;
}
