using System.Collections.Immutable;
using Gatehouse.Core.Adoption;
using Gatehouse.Docker;
using Gatehouse.Estate;
using Gatehouse.Inspection;
using Gatehouse.Storage;

namespace Gatehouse.Adoption;

/// <summary>
/// Works out what an adoption would do, or what brings back the one that is in place. Changes nothing.
/// </summary>
/// <param name="engine">The engine; null where there is none.</param>
/// <param name="journals">What was adopted before.</param>
/// <param name="asked">Where to, and with which image.</param>
internal sealed class AdoptionProposer(EngineClient? engine, JournalFolder journals, AdoptionRequest asked)
{
    /// <summary>Why there is no engine; null where there is one.</summary>
    public string? NoEngine { get; init; }

    public HostSystem Host { get; init; } = HostSystem.Own;

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <exception cref="AdoptionException">It cannot be worked out.</exception>
    /// <exception cref="EngineException">The engine refuses or is gone.</exception>
    public async Task<AdoptionProposal> ProposeAsync(IReadOnlyCollection<string> names, CancellationToken stop)
    {
        var standing = Standing();
        if (standing.IsEmpty) RefuseServedHome();
        else if (await FixAsync(standing, stop) is { } fix) return fix;
        var services = names.Where(static name => name.EndsWith(".service", StringComparison.Ordinal)).ToArray();
        var others = names.Except(services, StringComparer.Ordinal).ToArray();
        var containers = names.Count > 0 && others.Length == 0
            ? Nothing() : await ProposeContainersAsync(others, standing, stop);
        if (!standing.IsEmpty || (names.Count > 0 && services.Length == 0)) return containers;
        var units = UnitScan.Services(Host.Root, home: null);
        return await new HostModelPlanner(Host, asked, Time).PlanAsync(units, services, containers, stop);
    }

    /// <summary>The steps of the adoptions that are in place, oldest first.</summary>
    /// <exception cref="AdoptionException">Nothing can be added to them.</exception>
    private ImmutableArray<AdoptionStep> Standing()
    {
        var open = journals.Open();
        if (open.FirstOrDefault(static journal => !journal.IsComplete) is { } torn)
        {
            throw new AdoptionException($"An adoption of {torn.Plan.At:yyyy-MM-dd HH:mm} UTC was cut off half-way. "
                + "Undo it first: gatehouse adopt --undo");
        }
        if (open.FirstOrDefault(journal => journal.Plan.Home != asked.Home) is { } other)
        {
            throw new AdoptionException($"An adoption is in place since {other.Plan.At:yyyy-MM-dd HH:mm} UTC, with "
                + $"the home {other.Plan.Home}. To add to it: gatehouse adopt --home {other.Plan.Home}");
        }
        if (open.FirstOrDefault(static journal => journal.Steps.OfType<RunCommandStep>().Any()) is { } host)
        {
            throw new AdoptionException($"The model of this host is behind the gate since "
                + $"{host.Plan.At:yyyy-MM-dd HH:mm} UTC. To adopt more, undo that first: gatehouse adopt --undo");
        }
        return [.. open.SelectMany(static journal => journal.Steps)];
    }

    private async Task<AdoptionProposal> ProposeContainersAsync(
        string[] names, ImmutableArray<AdoptionStep> standing, CancellationToken stop)
    {
        if (engine is null)
        {
            if (names.Length > 0 || !standing.IsEmpty)
                throw new AdoptionException(NoEngine ?? "No Docker engine was reached.");
            return Nothing($"No container was looked at: {NoEngine}");
        }
        var view = await EngineScan.AllAsync(engine, stop);
        var subjects = AdoptionSelection.Of(view, EstateFile.TryRead(asked.Home), names, Host.Root);
        if (subjects.Servers.Length > 1)
            subjects = subjects with { Servers = await ServedModels.AskAsync(subjects.Servers, stop) };
        return await new AdoptionPlanner(engine, view, asked).PlanAsync(subjects, standing, stop);
    }

    private static AdoptionProposal Nothing(params string[] notes)
        => new(new AdoptionLayout([], [], null, []), [], [.. notes]);

    /// <summary>What brings back the adoption that is in place; null when nothing of it changed.</summary>
    private async Task<AdoptionProposal?> FixAsync(ImmutableArray<AdoptionStep> standing, CancellationToken stop)
    {
        if (engine is null) return null;
        var view = await EngineScan.AllAsync(engine, stop);
        var steps = AdoptionDrift.Fix(view, standing, AdoptionRequest.GateName);
        return steps.IsEmpty ? null : Nothing([.. AdoptionDrift.SeenIn(view)]) with { Steps = steps, IsFix = true };
    }

    private void RefuseServedHome()
    {
        if (!Directory.Exists(asked.Home)) return;
        using var held = HomeLock.TryTake(HomeDirectory.OpenExisting(asked.Home), "adopt", out var holder);
        if (held is null)
        {
            throw new AdoptionException(
                $"The home {asked.Home} is held by {holder}. "
                + "Adopting starts a gate of its own there: stop that one first, or choose another home with --home.");
        }
    }
}
