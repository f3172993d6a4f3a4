using Gatehouse.Core.Estate;
using Gatehouse.Gate.Guarding;
using Gatehouse.Gate.Identity;
using Gatehouse.Gate.Limits;
using Gatehouse.Gate.Upstream;
using Gatehouse.Storage;
using Gatehouse.Telemetry;
using Microsoft.Extensions.Logging;

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
    public required SharedRoom BodyRoom { get; init; }

    /// <summary>For the windows of decoders, while a body is decoded.</summary>
    public required SharedRoom DecoderRoom { get; init; }

    /// <summary>For answers that are kept until they are on record.</summary>
    public required SharedRoom AnswerRoom { get; init; }

    /// <summary>How long an answer waits for memory.</summary>
    public required TimeSpan AnswerWait { get; init; }

    /// <summary>Appends to the ledger; done when it is on disk. The one door through which calls reach it.</summary>
    public required Func<LedgerDraft, CancellationToken, ValueTask<AppendResult>> Append { get; init; }

    /// <summary>Looks at prompts and answers; null where nobody does.</summary>
    public IGuard? Guard { get; init; }

    /// <summary>What waits for a person.</summary>
    public required HeldBook Held { get; init; }

    /// <summary>Says which calls wait for a person; null where none does.</summary>
    public Func<GateCall, HoldOrder?>? Hold { get; init; }

    /// <summary>The bytes of a recorded exchange that go to the model; null if the ledger no longer has them.</summary>
    public required Func<string, byte[]?> ReadForwarded { get; init; }

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

    /// <summary>Stops the process, because what it holds can no longer be believed.</summary>
    public required Action<LedgerFatal> OnFatal { get; init; }
}

/// <summary>
/// Every log line of the gate, in one place, so that it can be read through for secrets: ids, reasons and our own
/// sentences only, never a body, a header or a path.
/// </summary>
internal sealed partial class GateLog(ILogger<GateLog> log)
{
    [LoggerMessage(100, LogLevel.Debug, "{Id} refused: {Reason}: {Message}")]
    public partial void Refused(string id, string reason, string message);

    [LoggerMessage(101, LogLevel.Error, "{Id} failed in the gate")]
    public partial void CallFailed(Exception error, string id);

    [LoggerMessage(102, LogLevel.Warning, "A token of job {Job} ({Token}) was seen in a URL and is revoked")]
    public partial void TokenLeaked(string job, string token);

    [LoggerMessage(103, LogLevel.Warning, "{Id} is not on record: the ledger says {State}")]
    public partial void NotRecorded(string id, string state);

    [LoggerMessage(105, LogLevel.Warning, "{Id}: model {Model} gave no answer: {Why}")]
    public partial void UpstreamFailed(string id, string model, string why);

    [LoggerMessage(106, LogLevel.Warning, "{Id} was on record with an end that its caller did not get; corrected")]
    public partial void Corrected(string id);
}
