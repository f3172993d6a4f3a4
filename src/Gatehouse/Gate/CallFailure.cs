using Gatehouse.Core.Ledger;
using Gatehouse.Core.Traffic;

namespace Gatehouse.Gate;

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
