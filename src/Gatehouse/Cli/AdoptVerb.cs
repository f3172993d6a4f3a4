using Gatehouse.Adoption;
using Gatehouse.Core.Adoption;
using Gatehouse.Docker;
using Gatehouse.Estate;
using Gatehouse.Server;

namespace Gatehouse.Cli;

/// <summary>The parts of <c>gatehouse adopt</c>, wired: propose, do, undo; and what the person is told.</summary>
internal sealed class AdoptVerb(EngineClient? engine, AdoptScreen screen, JournalFolder journals)
{
    public required string Home { get; init; }

    public required string EngineAddress { get; init; }

    /// <summary>Why there is no engine; null where there is one.</summary>
    public string? NoEngine { get; init; }

    public HostSystem Host { get; init; } = HostSystem.Own;

    public string? ImageFile { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>The person who stopped an adoption does not wait for its undoing either.</summary>
    public CancellationToken StopUndo { get; init; }

    /// <summary>Stands between a run and the world; tests put faults there.</summary>
    public Func<IStepRunner, IStepRunner> Runner { get; init; } = static runner => runner;

    /// <exception cref="AdoptionException">It cannot be worked out.</exception>
    /// <exception cref="EngineException">The engine refuses or is gone.</exception>
    public Task<AdoptionProposal> ProposeAsync(IReadOnlyCollection<string> names, CancellationToken stop)
        => new AdoptionProposer(engine, journals, GateImage.RequestFor(Home, ImageFile))
        {
            NoEngine = NoEngine,
            Host = Host,
            Time = Time,
        }.ProposeAsync(names, stop);

    /// <summary>
    /// No journal: each step brings something to where the adoption in place put it, so the undo of that one takes
    /// it back, and a run that ends half-way is done again by the next.
    /// </summary>
    private async Task<bool> FixAsync(AdoptionProposal proposal, CancellationToken stop)
    {
        var id = journals.Open()[0].Plan.Adoption ?? "";
        var runner = Runner(new StepRunner(engine, id, Time) { Reload = ReloadAsync });
        foreach (var step in proposal.Steps)
        {
            try
            {
                stop.ThrowIfCancellationRequested();
                await runner.DoAsync(step, stop);
            }
            catch (Exception error) when (error is AdoptionException or OperationCanceledException)
            {
                screen.NotFixed(step, error is AdoptionException ? error.Message : "stopped by hand");
                return false;
            }
            screen.Step(step.Says);
        }
        await RecordAsync("adopt.fix", id, null, CancellationToken.None);
        screen.Say("");
        screen.Say("Everything is again as it was adopted, and was tried.");
        return true;
    }

    /// <summary>Does it; false when it failed and everything begun was undone.</summary>
    public async Task<bool> DoAsync(AdoptionProposal proposal, CancellationToken stop)
    {
        if (proposal.IsFix) return await FixAsync(proposal, stop);
        var begun = Time.GetTimestamp();
        var id = $"ad_{Guid.CreateVersion7(Time.GetUtcNow()):D}";
        var journal = journals.Begin(new JournalLine
        {
            Event = JournalEvent.Planned,
            At = Time.GetUtcNow(),
            V = JournalLine.Version,
            Adoption = id,
            Home = Home,
            Engine = EngineAddress,
            Steps = proposal.Steps,
        });
        var notTried = new List<VerifyJobStep>();
        var run = RunOf(id, notTried.Add);
        if (await run.DoAsync(journal, stop) is not { } why)
        {
            await RecordAsync("adopt", id, proposal.Layout, CancellationToken.None);
            screen.Adopted(proposal, notTried, Time.GetElapsedTime(begun), Home);
            return true;
        }
        screen.Say("Undoing what was begun.");
        // A person who stopped it still wants it undone.
        if (await TryUndoAsync(run, journal, StopUndo) is { } left) screen.RolledBack(why, left);
        return false;
    }

    /// <summary>Undoes every adoption that is in place, newest first; false when part of it failed.</summary>
    public async Task<bool> UndoAsync(CancellationToken stop)
    {
        var open = journals.Open();
        if (open.Count == 0)
        {
            screen.Say("Nothing is adopted, so there is nothing to undo.");
            return true;
        }
        foreach (var journal in open.Reverse())
        {
            var id = journal.Plan.Adoption ?? "";
            await RecordAsync("adopt.undo", id, null, CancellationToken.None);
            if (await TryUndoAsync(RunOf(id), journal, stop) is not { } left) return false;
            screen.Undone(journal, left);
            if (left.Count > 0) return false;
        }
        return true;
    }

    /// <summary>What could not be undone; null when the person stopped it on the way, and was told.</summary>
    private async Task<IReadOnlyList<string>?> TryUndoAsync(
        AdoptionRun run, JournalFile journal, CancellationToken stop)
    {
        try
        {
            return await run.UndoAsync(journal, stop);
        }
        catch (OperationCanceledException)
        {
            screen.Say("Stopped, and not everything is undone. To undo the rest: gatehouse adopt --undo");
            return null;
        }
    }

    private AdoptionRun RunOf(string id, Action<VerifyJobStep>? notTried = null)
        => new(Runner(new StepRunner(engine, id, Time)
        {
            Reload = ReloadAsync,
            NotTried = notTried ?? (static _ => { }),
        }), Time, screen.Step);

    private static Task<int?> ReloadAsync(string home, CancellationToken stop)
        => ActionClient.OrderAsync(home, "reload", [], stop);

    /// <summary>On record where a gate answers; the journal has it in any case.</summary>
    private async Task RecordAsync(string what, string id, AdoptionLayout? layout, CancellationToken stop)
    {
        var arguments = new Dictionary<string, string>(StringComparer.Ordinal) { ["what"] = what, ["adoption"] = id };
        if (layout is not null)
        {
            arguments["jobs"] = string.Join(' ', layout.Apps.Select(static app => app.Job));
            arguments["models"] = string.Join(' ', layout.Models.Select(static model => model.Key));
            if (layout.Host is { } host) (arguments["jobs"], arguments["models"]) = (host.Job, host.Key);
        }
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        patience.CancelAfter(TimeSpan.FromSeconds(5));
        await ActionClient.TellAsync(Home, "adoption.record", arguments, patience.Token);
    }
}

/// <summary>The gate's container image of this version.</summary>
internal static class GateImage
{
    private const string Archive = "gatehouse-image.tar.gz";

    public static string Name => $"gatehouse:{ProductVersion.Text}";

    /// <summary>An adoption into a home, with this version's image.</summary>
    /// <param name="home">The home on the host.</param>
    /// <param name="archive">The archive with the image; null for the one that comes with the program.</param>
    public static AdoptionRequest RequestFor(string home, string? archive)
        => new(home, Name, archive ?? FindArchive(), LocalZone.Name);

    /// <summary>The archive that comes with the program; null when it is in none of its places.</summary>
    private static string? FindArchive()
        => new[] { AppContext.BaseDirectory, "/usr/share/gatehouse", "/usr/local/share/gatehouse" }
            .Select(static folder => Path.Combine(folder, Archive)).FirstOrDefault(File.Exists);
}
