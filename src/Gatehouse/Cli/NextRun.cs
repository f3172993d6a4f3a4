using System.Collections.Immutable;
using System.Text.Json;
using Gatehouse.Actions;
using Gatehouse.Core.NextSteps;
using Gatehouse.Docker;
using Gatehouse.NextSteps;
using Gatehouse.Storage;

namespace Gatehouse.Cli;

/// <summary>One run of <c>gatehouse next</c>: looks, closes the step shown last if that was asked, shows one.</summary>
internal sealed class NextRun(NextRequest asked, TextWriter output, TextWriter error, TimeProvider time)
{
    public async Task<int> RunAsync(CancellationToken stop)
    {
        var state = NextState.Read(asked.Home);
        if (asked.IsDone && state.Key is null)
        {
            error.WriteLine("gatehouse: No step was shown yet. Ask for one with: gatehouse next");
            return ExitCodes.Failed;
        }
        if (asked.IsDone && state.Key == StepKeys.Checkpoint)
        {
            if (!await IsKeptAsync(stop)) return ExitCodes.Failed;
            state = state with { CheckpointSeen = time.GetUtcNow() };
        }
        var (scene, sentences) = await NextScan.ScanAsync(
            new NextHost(asked.Home, HomeOption.Shown(asked.Home).Length == 0, asked.Docker, TokensAsync),
            state.CheckpointSeen, time, stop);
        var steps = await StepsAsync(scene, stop);
        if (asked.IsDone && await CloseAsync(state, scene, steps, stop) is { } exit) return exit;
        Show(state, steps, sentences);
        return ExitCodes.Done;
    }

    private async Task<ImmutableArray<NextStep>> StepsAsync(StepScene scene, CancellationToken stop)
        => scene.NotSeen.Contains(StepSource.Engine) ? NextStepList.Of(scene)
            : await new AdoptionCheck(
                GateImage.RequestFor(asked.Home, null), EngineAddress.Find(asked.Docker), asked.Journals)
                .StepsAsync(scene, stop);

    /// <summary>Good service tokens; null when the list could not be had.</summary>
    private async Task<ImmutableArray<TokenAge>?> TokensAsync(CancellationToken stop)
    {
        var tokens = ImmutableArray.CreateBuilder<TokenAge>();
        var exit = await new ActionClient(asked.Home, "token.list", [])
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

    /// <summary>Null when the step is done; else the exit code.</summary>
    private async Task<int?> CloseAsync(
        NextState state, StepScene scene, ImmutableArray<NextStep> steps, CancellationToken stop)
    {
        if (steps.FirstOrDefault(step => step.Key == state.Key) is { } open)
        {
            NextText.Write(open, "Not done yet", asked.Json, output);
            return ExitCodes.Failed;
        }
        var isElsewhere = state.Place != asked.Place && (StepKeys.IsSeenIn(state.Key!, StepSource.Engine)
            || StepKeys.IsSeenIn(state.Key!, StepSource.Host));
        if (isElsewhere || scene.NotSeen.Any(source => StepKeys.IsSeenIn(state.Key!, source)))
        {
            error.WriteLine(
                "gatehouse: It cannot be checked now, because this run does not see what the one before saw: "
                + "run it as the same user, with the same engine running, and an estate that loads.");
            return ExitCodes.Unavailable;
        }
        var isRecorded = await RecordAsync(state, stop);
        if (!asked.Json)
        {
            WrappedText.Write(output, "", "Done: ",
                $"{state.Title ?? state.Key} {(isRecorded ? "On record." : "Not on record: no gate runs here.")}");
            output.WriteLine();
        }
        return null;
    }

    /// <summary>
    /// Tells the running gate; without one nothing is written, because a step is no reason to start a ledger.
    /// </summary>
    private async Task<bool> RecordAsync(NextState state, CancellationToken stop)
    {
        try
        {
            using var socket = ActionClient.Connect(asked.Home);
            if (socket is null) return false;
        }
        catch (ActionException)
        {
            return false;
        }
        var arguments = new Dictionary<string, string>
        {
            ["step"] = state.Key!,
            ["title"] = state.Title ?? "",
        };
        var act = new ActionClient(asked.Home, "next.done", arguments) { OnLine = static _ => { } };
        return await act.RunAsync(stop) == ExitCodes.Done;
    }

    private void Show(NextState state, ImmutableArray<NextStep> steps, ImmutableArray<string> sentences)
    {
        foreach (var sentence in sentences) error.WriteLine($"not checked: {SafeText.OneLine(sentence)}");
        if (steps.IsEmpty)
        {
            NextText.WriteNothing(asked.Json, output);
            (state with { Key = null, Title = null, Place = null }).TryWrite(asked.Home);
            return;
        }
        NextText.Write(steps[0], "Next", asked.Json, output);
        if (!asked.Json && steps.Length > 1) output.WriteLine($"\n{steps.Length - 1} more after it.");
        if (!(state with { Key = steps[0].Key, Title = steps[0].Title, Place = asked.Place }).TryWrite(asked.Home))
        {
            error.WriteLine($"gatehouse: The step could not be written to {NextState.PathFor(asked.Home)}, so --done "
                + "will not know it.");
        }
    }

    /// <summary>Whether the ledger still is what a checkpoint that was kept elsewhere says.</summary>
    private async Task<bool> IsKeptAsync(CancellationToken stop)
    {
        if (asked.Against is not { } file)
        {
            error.WriteLine("gatehouse: Name the checkpoint that was kept: gatehouse next --done --against FILE");
            return false;
        }
        if (file.FullName.StartsWith(asked.Home + "/", StringComparison.Ordinal))
        {
            error.WriteLine("gatehouse: A checkpoint in the home itself is lost with it: keep it on another machine.");
            return false;
        }
        try
        {
            var text = await HeadFile.ReadKeptAsync(file.FullName, stop);
            var report = LedgerVerifier.Verify(HomeDirectory.OpenExisting(asked.Home), text, false, stop);
            if (report.IsGood) return true;
            error.WriteLine("gatehouse: The ledger is not what that checkpoint says. Look at it before anything else: "
                + $"gatehouse ledger verify --against {file.FullName}");
        }
        catch (Exception problem) when (problem is HomeException or IOException or UnauthorizedAccessException)
        {
            error.WriteLine($"gatehouse: {SafeText.OneLine(problem.Message)}");
        }
        return false;
    }
}
