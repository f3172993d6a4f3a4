using Gatehouse.Actions;
using Gatehouse.Core.Estate;
using Gatehouse.Estate;

namespace Gatehouse.Server;

/// <summary>
/// Puts another estate in force without a restart: read, compared with what cannot change, put on record, swapped. A
/// file that cannot be used, or a ledger that cannot record it, leaves the one that is in force.
/// </summary>
internal sealed class PlanReload(PlanKeeper plans, ServerRecord record, Func<EstatePlan, Task> follow) : IDisposable
{
    private readonly SemaphoreSlim _one = new(1, 1);

    /// <summary>What was wrong with the last file; empty when it is in force.</summary>
    public IReadOnlyList<string> Problems { get; private set; } = [];

    /// <summary>Reads the estate file again; a valid one is in force for new calls when this returns.</summary>
    public async Task<ReloadResult> RunAsync(Actor actor)
    {
        // One at a time, each from reading the file to its listeners: the last one that was asked for stays in force.
        await _one.WaitAsync();
        try
        {
            var loaded = plans.ReadAgain();
            if (Fixed(loaded.Plan) is { } needsRestart) return Keep([needsRestart]);
            var changes = TextDiff.Between(plans.Text, loaded.Text);
            if (await record.PlanAsync("estate.reload", actor, loaded.Text, changes) is { IsDurable: false } refused)
                return Keep([$"the ledger cannot record the change ({refused.Refusal})"]);
            plans.Swap(loaded);
            Problems = [];
            await follow(loaded.Plan);
            return new ReloadResult(true, changes);
        }
        catch (EstateException error)
        {
            return Keep(error.Problems);
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    private string? Fixed(EstatePlan plan)
        => plan.Gate != plans.Plan.Gate || plan.Control != plans.Plan.Control || plan.Name != plans.Plan.Name
            || plan.Node != plans.Plan.Node || plan.Ledger != plans.Plan.Ledger
            ? "name:, node:, ledger: and the top-level listen: change only with a restart of the gate"
            : null;

    private ReloadResult Keep(IReadOnlyList<string> problems)
    {
        Problems = problems;
        return new ReloadResult(false, problems);
    }
}
