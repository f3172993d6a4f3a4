using System.Collections.Immutable;
using System.Text.Json;
using Gatehouse.Core.Adoption;
using Gatehouse.Core.Discovery;
using Gatehouse.Core.Inspection;
using Gatehouse.Core.NextSteps;
using Gatehouse.Docker;
using Gatehouse.Inspection;

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
