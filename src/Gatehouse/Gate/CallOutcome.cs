using Gatehouse.Core.Ledger;
using Gatehouse.Core.Traffic;
using Gatehouse.Gate.Upstream;

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

    /// <summary>Marks on the outcome, such as the cause of a failure.</summary>
    public IReadOnlyList<string> Flags { get; init; } = [];

    public ReadOnlyMemory<byte> Upstream { get; init; }

    public ReadOnlyMemory<byte> Delivered { get; init; }

    /// <summary>Bytes that the caller has or will have, where that is more than is kept of them.</summary>
    public long? DeliveredBytes { get; init; }

    /// <summary>Events of a stream that carried a part of the answer.</summary>
    public int ContentEvents { get; init; }

    public static CallOutcome Whole(UpstreamAnswer answer, AnswerFacts facts, ReadOnlyMemory<byte> delivered) => new()
    {
        Outcome = ExchangeOutcome.Completed,
        Reason = facts.IsError || answer.Status >= 400 ? "upstream_error" : null,
        ModelWorked = !facts.IsError && answer.Status < 400,
        Status = answer.Status,
        Flags = answer.Coding is { } coding ? [$"decoded:{coding}"] : [],
        Usage = facts.Usage,
        ReportedModel = facts.ReportedModel,
        Fingerprint = facts.SystemFingerprint,
        Upstream = answer.First.Memory,
        Delivered = delivered,
    };

    public static CallOutcome Stream(
        UpstreamAnswer answer, StreamRelay relay, StreamMachine machine, CallFailure? failure)
        => new()
        {
            Outcome = failure?.Outcome ?? ExchangeOutcome.Completed,
            Reason = failure?.Reason ?? (machine.AtEnd() == Completeness.Failed ? "upstream_error" : null),
            Status = answer.Status,
            Flags = [
                .. answer.Coding is { } coding ? [$"decoded:{coding}"] : Array.Empty<string>(),
                .. relay.IsCondensed ? ["progress-condensed"] : Array.Empty<string>(),
                .. CauseOf(failure)],
            Usage = machine.Usage,
            ReportedModel = machine.ReportedModel,
            Fingerprint = machine.SystemFingerprint,
            // What held the gate's own credential is nobody's to read, on record neither; and what was cut for want of
            // bytes is not stored twice.
            Upstream = failure is { HidesAnswer: true } or { Refusal.Kind: RefusalKind.ByteBudget }
                ? relay.Delivered : relay.Upstream.Memory,
            Delivered = relay.Delivered,
            DeliveredBytes = relay.DeliveredBytes,
            ContentEvents = relay.ContentEvents,
        };

    public static CallOutcome Failed(CallFailure failure) => new()
    {
        Outcome = failure.Outcome,
        Reason = failure.Reason,
        Status = failure.Refusal is { } refusal ? RefusalTable.For(refusal.Kind).Status : 0,
        Flags = CauseOf(failure),
        ModelWorked = failure.HidesAnswer || (failure.ModelWorked && failure.Refusal?.Kind
            is not (RefusalKind.UpstreamUnreachable or RefusalKind.UpstreamCredential
                or RefusalKind.CredentialUnavailable)),
    };

    /// <summary>
    /// What is true when the release failed after the record: the whole answer did not go out, a stream ended before
    /// what was withheld.
    /// </summary>
    public CallOutcome Unreleased(CallFailure why, int status, StreamRelay? relay) => this with
    {
        Outcome = why.Outcome,
        Reason = why.Reason,
        Status = status,
        Flags = [.. Flags, "corrected"],
        Delivered = relay?.Delivered ?? ReadOnlyMemory<byte>.Empty,
        DeliveredBytes = relay?.DeliveredBytes,
    };

    private static string[] CauseOf(CallFailure? failure) => failure?.Cause is { } cause ? [$"cause:{cause}"] : [];
}

/// <summary>
/// Why a forwarded call did not end well: as the ledger names it, and as the caller is told, if it is still there.
/// </summary>
internal sealed record CallFailure(ExchangeOutcome Outcome, string Reason, Refusal? Refusal)
{
    /// <summary>The word for the cause, on record beside the reason, such as <c>tls-certificate</c>.</summary>
    public string? Cause { get; init; }

    /// <summary>Whether the model can have worked on the call.</summary>
    public bool ModelWorked { get; init; } = true;

    /// <summary>Whether what came from the model must not be kept.</summary>
    public bool HidesAnswer { get; init; }

    public static CallFailure ClientGone { get; } = new(ExchangeOutcome.ClientAborted, "client_gone", null);

    /// <summary>The model's side failed: its answer never came, or ended before its end.</summary>
    public static CallFailure Upstream(RefusalKind kind, string message)
        => new(ExchangeOutcome.UpstreamTruncated, RefusalTable.For(kind).Reason, new Refusal(kind, message));

    /// <summary>The gate stopped the call.</summary>
    public static CallFailure Interrupted(Refusal refusal)
        => new(ExchangeOutcome.Interrupted, RefusalTable.For(refusal.Kind).Reason, refusal);
}

/// <summary>How a stream from a model ended.</summary>
internal enum StreamEnd
{
    Complete,
    Truncated,
    UpstreamError,
    Malformed,
    TooLarge,
    LeakedCredential,
    NoRoom,

    /// <summary>The guard ended it.</summary>
    Stopped,
}
