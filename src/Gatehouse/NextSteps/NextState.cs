using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Gatehouse.Storage;

namespace Gatehouse.NextSteps;

/// <summary>
/// What <c>gatehouse next</c> remembers between two runs, in <c>next.json</c> of the home (of the user's state
/// folder while there is no home): the step that it showed, and when a kept checkpoint was last compared. If it is
/// lost, the next run shows a step anew.
/// </summary>
/// <param name="Key">The step's key; null when none is open.</param>
/// <param name="Title">What it said.</param>
/// <param name="Place">As whom and of which engine it was seen: who sees less must not call it done.</param>
/// <param name="CheckpointSeen">When a kept checkpoint was last compared.</param>
internal sealed record NextState(string? Key, string? Title, string? Place, DateTimeOffset? CheckpointSeen)
{
    private const string FileName = "next.json";
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const int BytesMax = 64 * 1024; // It holds three short members.

    public static NextState None { get; } = new(null, null, null, null);

    /// <summary>What is remembered; a file that cannot be read or understood is as none.</summary>
    public static NextState Read(string home)
    {
        try
        {
            // What was shown before the home was made lies where it was written then.
            var path = Path.Combine(home, FileName);
            if (!File.Exists(path)) path = BeforeHome(home);
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
            var path = PathFor(home);
            var isBefore = path == BeforeHome(home);
            if (isBefore) Directory.CreateDirectory(Path.GetDirectoryName(path)!, OwnerOnly);
            DurableFile.Write(path, bytes.ToArray());
            if (!isBefore && File.Exists(BeforeHome(home))) File.Delete(BeforeHome(home));
            return true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Where it is written: the home, or while there is none the user's own state.</summary>
    public static string PathFor(string home)
        => Directory.Exists(home) ? Path.Combine(home, FileName) : BeforeHome(home);

    /// <summary>
    /// Making the home is for <c>init</c> and <c>adopt</c>, which give it its owner; looking must not do it.
    /// </summary>
    private static string BeforeHome(string home)
    {
        var state = Environment.GetEnvironmentVariable("XDG_STATE_HOME");
        if (string.IsNullOrEmpty(state) || !Path.IsPathRooted(state))
        {
            state = Path.Combine(
                Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local", "state");
        }
        var name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(home)))[..16];
        return Path.Combine(state, "gatehouse", $"next-{name}.json");
    }

    private static string? Text(JsonElement node, string name)
        => node.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString() : null;
}
