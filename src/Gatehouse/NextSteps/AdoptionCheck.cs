using System.Collections.Immutable;
using Gatehouse.Adoption;
using Gatehouse.Core.NextSteps;
using Gatehouse.Docker;
using Gatehouse.Storage;

namespace Gatehouse.NextSteps;

/// <summary>
/// Plans an adoption before <c>gatehouse next</c> proposes it, as <c>gatehouse adopt --dry-run</c> does: a command that
/// ends with an error is no step.
/// </summary>
internal sealed class AdoptionCheck(AdoptionRequest asked, EngineAddress address, string journals)
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
            scene = scene with { NotAdoptable = scene.NotAdoptable.SetItem(target, why) };
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
            var proposal = await new AdoptionProposer(engine, folder, asked)
                .ProposeAsync(target.Length == 0 ? [] : [target], stop);
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
