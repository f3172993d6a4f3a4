using Gatehouse.Core.Ledger;
using Gatehouse.Core.Traffic;

namespace Gatehouse.Gate;

/// <summary>
/// How a recorded call ended, and the bytes that prove it. The bytes stay valid until the record is durable.
/// </summary>
internal sealed record CallOutcome
{
    public required ExchangeOutcome Outcome { get; init; }

    public string? Reason { get; init; }

    public int Status { get; init; }

    public TokenUsage Usage { get; init; }

    public string? ReportedModel { get; init; }

    public string? Fingerprint { get; init; }

    /// <summary>False when the call came to nothing before a model worked on it: it used no tokens then.</summary>
    public bool ModelWorked { get; init; } = true;

    public ReadOnlyMemory<byte> Upstream { get; init; }

    public ReadOnlyMemory<byte> Delivered { get; init; }

    /// <summary>Events of a stream that carried a part of the answer.</summary>
    public int ContentEvents { get; init; }

    public static CallOutcome Whole(int status, AnswerFacts facts, ReadOnlyMemory<byte> body) => new()
    {
        Outcome = ExchangeOutcome.Completed,
        Reason = facts.IsError || status >= 400 ? "upstream_error" : null,
        ModelWorked = !facts.IsError && status < 400,
        Status = status,
        Usage = facts.Usage,
        ReportedModel = facts.ReportedModel,
        Fingerprint = facts.SystemFingerprint,
        Upstream = body,
        Delivered = body,
    };

    public static CallOutcome Stream(int status, StreamRelay relay, StreamMachine machine, CallFailure? failure)
        => new()
        {
            Outcome = failure?.Outcome ?? ExchangeOutcome.Completed,
            Reason = failure?.Reason ?? (machine.AtEnd() == Completeness.Failed ? "upstream_error" : null),
            Status = status,
            Usage = machine.Usage,
            ReportedModel = machine.ReportedModel,
            Fingerprint = machine.SystemFingerprint,
            // What held the gate's own credential is nobody's to read, on record neither.
            Upstream = failure?.HidesAnswer == true ? relay.Delivered : relay.Upstream.Memory,
            Delivered = relay.Delivered,
            ContentEvents = relay.ContentEvents,
        };

    public static CallOutcome Failed(CallFailure failure) => new()
    {
        Outcome = failure.Outcome,
        Reason = failure.Reason,
        Status = failure.Refusal is { } refusal ? RefusalTable.For(refusal.Kind).Status : 0,
        ModelWorked = failure.HidesAnswer || failure.Refusal?.Kind
            is not (RefusalKind.UpstreamUnreachable or RefusalKind.UpstreamCredential
                or RefusalKind.CredentialUnavailable),
    };
}
