using Gatehouse.Core.Estate;
using Gatehouse.Gate.Identity;
using Gatehouse.Gate.Limits;
using Gatehouse.Gate.Upstream;
using Gatehouse.Storage;
using Gatehouse.Watching;

namespace Gatehouse.Gate;

/// <summary>
/// Everything a call needs, wired by hand in the composition root. Built once; each part guards its own state.
/// </summary>
internal sealed record GateParts
{
    public required TimeProvider Time { get; init; }

    /// <summary>
    /// The time by which days, months and windows count: a clock that jumps renews no budget.
    /// </summary>
    public required Func<DateTimeOffset> ConfirmedTime { get; init; }

    /// <summary>The estate as it is now: one immutable snapshot, swapped by a reload.</summary>
    public required Func<EstatePlan> Plan { get; init; }

    /// <summary>A new id with the given prefix.</summary>
    public required Func<string, string> NewId { get; init; }

    public required Identifier Identifier { get; init; }

    public required PauseBook Pauses { get; init; }

    public required LimitBook Limits { get; init; }

    public required InFlight InFlight { get; init; }

    /// <summary>For bodies that are read from callers.</summary>
    public required MemoryBudget Budget { get; init; }

    /// <summary>For answers that are kept until they are on record.</summary>
    public required MemoryBudget AnswerBudget { get; init; }

    /// <summary>Appends to the ledger; done when it is on disk. The one door through which calls reach it.</summary>
    public required Func<LedgerDraft, CancellationToken, ValueTask<AppendResult>> Append { get; init; }

    public required UpstreamClient Upstream { get; init; }

    public required ModelIdentities Identities { get; init; }

    public required RemoteModels RemoteModels { get; init; }

    public required LocalAnswers LocalAnswers { get; init; }

    /// <summary>Resolves a credential at use; throws when it cannot be had.</summary>
    public required Func<CredentialReference, CancellationToken, ValueTask<string>> Credential { get; init; }

    public required GateMetrics Metrics { get; init; }

    public required LiveFeed Live { get; init; }

    public required MinuteSummaries Summaries { get; init; }

    public required GateLog Log { get; init; }

    /// <summary>
    /// Takes memory for an answer that has grown to this size, in steps; the first step is free, because most of two
    /// thousand open streams are small. False when there is no room after a wait.
    /// </summary>
    public async ValueTask<bool> HoldAnswerAsync(GateCall call, long bytes)
    {
        const int step = 64 * 1024;
        if (bytes <= step + call.AnswerBytesTaken) return true;
        var more = (bytes - call.AnswerBytesTaken) / step * step;
        if (!AnswerBudget.TryTake(more) && !await AnswerBudget.TakeAsync(more, call.Ended)) return false;
        call.AnswerBytesTaken += more;
        return true;
    }
}
