using Gatehouse.Core.Ledger;
using Gatehouse.Storage;

namespace Gatehouse.Tests.Gate;

/// <summary>Stands between a gate and its ledger, and refuses or holds what a test names.</summary>
internal sealed class LedgerFaults
{
    private TaskCompletionSource? _requestHold;
    private TaskCompletionSource? _outcomeHold;
    private TaskCompletionSource _held = NewSource();

    /// <summary>What the ledger says to the record of a request.</summary>
    public LedgerRefusal OnRequest { get; set; }

    /// <summary>What the ledger says to the record of an outcome.</summary>
    public LedgerRefusal OnOutcome { get; set; }

    /// <summary>Makes the append of an outcome throw, as a bug would.</summary>
    public bool ThrowsOnOutcome { get; set; }

    public void HoldRequests() => (_requestHold, _held) = (NewSource(), NewSource());

    public void HoldOutcomes() => (_outcomeHold, _held) = (NewSource(), NewSource());

    /// <summary>Waits until an append is held.</summary>
    public Task HeldAsync() => _held.Task.WaitAsync(TimeSpan.FromSeconds(10));

    /// <summary>Lets everything through again.</summary>
    public void Fix()
    {
        (OnRequest, OnOutcome, ThrowsOnOutcome) = (LedgerRefusal.None, LedgerRefusal.None, false);
        Interlocked.Exchange(ref _requestHold, null)?.SetResult();
        Interlocked.Exchange(ref _outcomeHold, null)?.SetResult();
    }

    public async ValueTask<AppendResult> AppendAsync(SqliteLedger ledger, LedgerDraft draft, CancellationToken stop)
    {
        var (hold, refusal) = draft.Entry switch
        {
            RequestEntry => (_requestHold, OnRequest),
            OutcomeEntry => (_outcomeHold, OnOutcome),
            _ => (null, LedgerRefusal.None),
        };
        if (hold is not null)
        {
            _held.TrySetResult();
            await hold.Task;
        }

        if (ThrowsOnOutcome && draft.Entry is OutcomeEntry)
            throw new InvalidOperationException("The test broke the ledger.");
        return refusal == LedgerRefusal.None
            ? await ledger.AppendAsync(draft, stop)
            : AppendResult.Refused(refusal);
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
