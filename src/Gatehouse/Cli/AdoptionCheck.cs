using System.Collections.Immutable;
using Gatehouse.Actions;
using Gatehouse.Adoption;
using Gatehouse.Core.Adoption;
using Gatehouse.Core.NextSteps;
using Gatehouse.Docker;
using Gatehouse.Storage;

namespace Gatehouse.Cli;

/// <summary>
/// Plans an adoption before <c>gatehouse next</c> proposes it, as <c>gatehouse adopt --dry-run</c> does: a command that
/// ends with an error is no step.
/// </summary>
internal sealed class AdoptionCheck(string home, EngineAddress address, string journals)
{
    /// <summary>Plans that are tried; with more apps that cannot be adopted the next one is shown unchecked.</summary>
    private const int TriesMax = 20;

    /// <summary>The steps, where the first one adopts nothing that cannot be adopted.</summary>
    public async Task<ImmutableArray<NextStep>> StepsAsync(StepScene scene, CancellationToken stop)
    {
        var steps = NextStepList.Of(scene);
        for (var tries = 0; tries < TriesMax && !steps.IsEmpty && steps[0].Adopts is { } target; tries++)
        {
            if (await WhyNotAsync(target, stop) is not { } why) break;
            scene = scene with { NotAdoptable = scene.NotAdoptable.SetItem(target, SafeText.OneLine(why)) };
            steps = NextStepList.Of(scene);
        }
        return steps;
    }

    /// <summary>Why adopting this would fail; null when it has a plan, or this user cannot make one.</summary>
    private async Task<string?> WhyNotAsync(string target, CancellationToken stop)
    {
        if (JournalFolder.TryRead(journals) is not { } folder) return null;
        try
        {
            using var engine = await EngineClient.ConnectAsync(address, stop);
            var verb = new AdoptVerb(engine, new AdoptScreen(TextWriter.Null), folder)
            {
                Home = home,
                EngineAddress = address.ToString(),
            };
            var proposal = await verb.ProposeAsync(target.Length == 0 ? [] : [target], stop);
            if (!proposal.Steps.IsEmpty) return null;
            return proposal.Notes.IsEmpty ? "No model server that the gate could take the place of was found."
                : string.Join(' ', proposal.Notes);
        }
        catch (Exception error) when (error is AdoptionException or EngineException or HomeException)
        {
            return error.Message;
        }
    }
}

/// <summary>
/// <c>gatehouse adopt --watch</c>: polls the engine and tells the gate how the host differs from what was adopted. The
/// gate itself has no access to the engine and must not get any. Changes nothing.
/// </summary>
internal sealed class AdoptionWatch(EngineAddress address, JournalFolder journals, string home, AdoptScreen screen)
{
    /// <summary>One look takes the engine some ten milliseconds.</summary>
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan TellWithin = TimeSpan.FromSeconds(5);

    private string? _trouble;

    /// <summary>Runs until it is stopped.</summary>
    public async Task<int> RunAsync(CancellationToken stop)
    {
        string? before = null;
        string? shown = "";
        while (!stop.IsCancellationRequested)
        {
            var now = await ScanAsync(stop);
            // Twice the same: what one look sees may be a start or an undo on its way.
            if (now is not null && now == before)
            {
                if (now != shown) screen.Say(now.Length > 0 ? now : "Everything is as it was adopted.");
                shown = now;
                await TellAsync(now, stop);
            }
            before = now;
            await Task.Delay(LookEvery, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        return ExitCodes.Done;
    }

    /// <summary>The changes, a line each; null when that cannot be determined now.</summary>
    private async Task<string?> ScanAsync(CancellationToken stop)
    {
        try
        {
            if (journals.IsStanding() is not { } stands) return null;
            if (!stands) return "";
            using var engine = await EngineClient.ConnectAsync(address, stop);
            var changes = AdoptionDrift.SeenIn(await EngineScan.AllAsync(engine, stop));
            _trouble = null;
            return string.Join('\n', changes.Select(static one => SafeText.OneLine(one)));
        }
        catch (Exception error) when (error is EngineException or IOException or UnauthorizedAccessException
            or FormatException or OperationCanceledException)
        {
            if (error.Message != _trouble && !stop.IsCancellationRequested) screen.Say($"not checked: {error.Message}");
            _trouble = error.Message;
            return null;
        }
    }

    private async Task TellAsync(string changes, CancellationToken stop)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        patience.CancelAfter(TellWithin);
        await ActionClient.TellAsync(
            home, "adoption.changed", new(StringComparer.Ordinal) { ["changes"] = changes }, patience.Token);
    }
}
