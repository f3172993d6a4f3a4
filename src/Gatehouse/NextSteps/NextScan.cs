using System.Collections.Immutable;
using Gatehouse.Core.Adoption;
using Gatehouse.Core.Discovery;
using Gatehouse.Core.Inspection;
using Gatehouse.Core.NextSteps;
using Gatehouse.Docker;
using Gatehouse.Inspection;

namespace Gatehouse.NextSteps;

/// <summary>Looks at everything that a step may be about.</summary>
internal static class NextScan
{
    /// <summary>The scene, and what could not be seen as sentences.</summary>
    /// <exception cref="EngineException">An engine was asked for by its address and cannot be used.</exception>
    public static async Task<(StepScene Scene, ImmutableArray<string> Sentences)> ScanAsync(
        NextHost asked, DateTimeOffset? checkpointSeen, TimeProvider time, CancellationToken stop)
    {
        var input = await InspectionInput.ScanAsync(asked.Home, asked.Docker, stop);
        var subjects = await InspectionRun.AnyAsync(input, all: false, stop);
        var hasLedger = File.Exists(Path.Combine(asked.Home, "ledger.db"));
        var tokens = hasLedger ? await asked.Tokens(stop) : [];
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
            HomeOption = HomeWords(asked),
            Options = HomeWords(asked) + EngineWords(asked.Docker),
        };
        return (scene, input.NotSeen);
    }

    /// <summary>By sudo the home that is found by itself is another one.</summary>
    private static string HomeWords(NextHost asked)
        => Environment.IsPrivilegedProcess && asked.IsUsualHome ? "" : $" --home {ShellWord.Quote(asked.Home)}";

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
}

/// <summary>Which host is looked at, and from where.</summary>
/// <param name="Home">The gate's home; it need not exist.</param>
/// <param name="IsUsualHome">Whether commands find that home by themselves.</param>
/// <param name="Docker">The engine's address as asked for; null for the usual one.</param>
/// <param name="Tokens">Lists good service tokens; null when the list could not be had.</param>
internal sealed record NextHost(
    string Home, bool IsUsualHome, string? Docker, Func<CancellationToken, Task<ImmutableArray<TokenAge>?>> Tokens);
