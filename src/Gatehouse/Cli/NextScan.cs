using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Gatehouse.Core.Adoption;
using Gatehouse.Core.Discovery;
using Gatehouse.Core.Inspection;
using Gatehouse.Core.NextSteps;
using Gatehouse.Docker;
using Gatehouse.Inspection;
using Gatehouse.Storage;

namespace Gatehouse.Cli;

/// <summary>Looks at everything that a step may be about.</summary>
internal static class NextScan
{
    /// <summary>The scene, and what could not be seen as sentences.</summary>
    /// <exception cref="EngineException">An engine was asked for by its address and cannot be used.</exception>
    public static async Task<(StepScene Scene, ImmutableArray<string> Sentences)> ScanAsync(
        NextRequest asked, DateTimeOffset? checkpointSeen, TimeProvider time, CancellationToken stop)
    {
        var input = await InspectionInput.ScanAsync(asked.Home, asked.Docker, stop);
        var subjects = await InspectionRun.AnyAsync(input, all: false, stop);
        var hasLedger = File.Exists(Path.Combine(asked.Home, "ledger.db"));
        var tokens = hasLedger ? await TokensAsync(asked.Home, stop) : [];
        var notSeen = input.Unseen;
        if (tokens is null) notSeen = notSeen.Add(StepSource.Tokens);
        var scene = new StepScene
        {
            Now = time.GetUtcNow(),
            Plan = input.Plan,
            Findings = [.. subjects.SelectMany(static one => one.Findings)],
            Undeclared = [.. Undeclared(input)],
            Changed = AdoptionDrift.SeenIn(input.Scene.View),
            Tokens = tokens ?? [],
            HasLedger = hasLedger,
            CheckpointSeen = checkpointSeen,
            NotSeen = notSeen,
            IsRoot = Environment.IsPrivilegedProcess,
            HomeOption = HomeWords(asked.Home),
            Options = HomeWords(asked.Home) + EngineWords(asked.Docker),
        };
        return (scene, input.NotSeen);
    }

    /// <summary>By sudo the home that is found by itself is another one.</summary>
    private static string HomeWords(string home)
        => Environment.IsPrivilegedProcess && HomeOption.Shown(home).Length == 0 ? ""
            : $" --home {ShellWord.Quote(home)}";

    /// <summary>The same for the variable that names the engine, which sudo drops.</summary>
    private static string EngineWords(string? docker)
    {
        docker ??= Environment.IsPrivilegedProcess ? null : Environment.GetEnvironmentVariable("DOCKER_HOST");
        return string.IsNullOrEmpty(docker) ? "" : $" --docker {ShellWord.Quote(docker)}";
    }

    /// <summary>What discovery takes for a job and neither its name nor its network makes one of the estate.</summary>
    private static IEnumerable<UndeclaredApp> Undeclared(InspectionInput input) =>
        from container in input.Scene.View.Containers
        where input.IsFound(container, DiscoveredKind.Job, DiscoveredState.New) && input.JobOf(container) is null
        select new UndeclaredApp("container", container.Name, container.ComposeProject ?? container.Name);

    /// <summary>Good service tokens; null when the list could not be had.</summary>
    private static async Task<ImmutableArray<TokenAge>?> TokensAsync(string home, CancellationToken stop)
    {
        var tokens = ImmutableArray.CreateBuilder<TokenAge>();
        var exit = await new ActionClient(home, "token.list", [])
        {
            OnLine = line =>
            {
                if (Text(line, "kind") == "service" && Text(line, "state") == "good"
                    && line.GetProperty("issued").TryGetDateTimeOffset(out var issued))
                {
                    tokens.Add(new TokenAge(Text(line, "id"), Text(line, "job"), issued));
                }
            },
        }.RunAsync(stop);
        return exit == 0 ? tokens.ToImmutable() : null;
    }

    private static string Text(JsonElement line, string name)
        => line.TryGetProperty(name, out var value) ? value.GetString() ?? "" : "";
}

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
