using System.Collections.Concurrent;
using Gatehouse.Core.Ledger;
using Gatehouse.Demo;
using Gatehouse.Storage;
using Gatehouse.Tests.Gate;

namespace Gatehouse.Tests.Demo;

/// <summary>The guards of the demo's estate, on the answers of its model.</summary>
public sealed class DemoGuardTests
{
    [Fact]
    public async Task The_demo_shows_a_redaction_a_review_a_block_and_a_held_call_of_a_tool()
    {
        var estate = DemoEstate.Text(DemoModels.OfScript("{model}"), 0, 0);
        await using var stage = await GateStage.StartAsync(estate);
        var tokens = new Dictionary<string, string>();
        foreach (var job in stage.Server.Plans.Plan.Jobs.Keys) tokens[job] = await stage.TokenAsync(job);
        var calls = new ConcurrentQueue<DemoCall>();
        var plan = new DemoPlan { Gate = stage.BaseUrl, Tokens = tokens, Pace = 0, RoundsMax = 6 };
        using (var jobs = new DemoJobs(plan, TimeProvider.System, calls.Enqueue))
            await jobs.RunAsync(TestContext.Current.CancellationToken);

        Assert.DoesNotContain(calls, call => call.Outcome == DemoOutcome.Broken);
        Assert.Contains(calls, call => call.FirstWords.Contains("[removed: email]", StringComparison.Ordinal));
        Assert.Contains(calls, call => call.Outcome == DemoOutcome.Filtered
            && call.FirstWords.Contains("no-recovery-phrases", StringComparison.Ordinal));
        Assert.Contains(calls, call => call.Outcome == DemoOutcome.Filtered
            && call.FirstWords.Contains("needs a person's word", StringComparison.Ordinal));
        var actions = OutcomesOf(stage).SelectMany(outcome => outcome.Findings).Select(found => found.Action)
            .ToHashSet();
        Assert.Superset(new HashSet<string> { "redact", "mark", "review", "block", "hold", "flag" }, actions);
    }

    private static List<OutcomeEntry> OutcomesOf(GateStage stage)
    {
        using var reader = LedgerReader.OpenReadOnly(stage.Server.Home);
        return [.. reader.ReadEntries(0, 10_000).Select(entry => entry.Leaf?.Entry).OfType<OutcomeEntry>()];
    }
}
