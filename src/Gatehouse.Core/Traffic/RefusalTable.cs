namespace Gatehouse.Core.Traffic;

/// <summary>The one place that says what a refusal looks like on the wire.</summary>
public static class RefusalTable
{
    /// <summary>
    /// The longest <c>Retry-After</c> in seconds: the Anthropic SDK ignores more than 60, and the OpenAI SDK gives up
    /// above 120 (read in both SDKs, August 2026).
    /// </summary>
    public const int RetryAfterSecondsMax = 60;

    private const string Invalid = "invalid_request_error";
    private const string Permission = "permission_error";
    private const string Quota = "insufficient_quota";
    private const string Server = "server_error";

    private static readonly RefusalRow[] Rows = Build();

    /// <summary>The row of a kind.</summary>
    public static RefusalRow For(RefusalKind kind) => Rows[(int)kind];

    /// <summary>The value of <c>Retry-After</c> in whole seconds, 1 to 60, or null when none is sent.</summary>
    public static int? RetryAfterSeconds(Refusal refusal)
    {
        ArgumentNullException.ThrowIfNull(refusal);
        if (For(refusal.Kind).RetryAfterSeconds is not { } standard)
            return null;
        return refusal.RetryAfter is { } asked
            ? (int)Math.Clamp(Math.Ceiling(asked.TotalSeconds), 1, RetryAfterSecondsMax)
            : standard;
    }

    private static RefusalRow[] Build()
    {
        var rows = new RefusalRow[Enum.GetValues<RefusalKind>().Length];
        foreach (var kind in Enum.GetValues<RefusalKind>())
            rows[(int)kind] = (int)kind <= (int)RefusalKind.MediaType ? CallersRow(kind) : OwnRow(kind);
        return rows;
    }

    private static RefusalRow CallersRow(RefusalKind kind) => kind switch
    {
        RefusalKind.Malformed => Row(400, "malformed_request", Invalid, Invalid),
        RefusalKind.AmbiguousJson => Row(400, "ambiguous_json", Invalid, Invalid),
        RefusalKind.ConflictingCredentials => Unknown("conflicting_credentials"),
        RefusalKind.NoCredential => Unknown("no_credential"),
        RefusalKind.BadToken => Unknown("bad_token"),
        RefusalKind.ExpiredToken => Unknown("expired_token"),
        RefusalKind.LeakedToken => Unknown("leaked_token"),
        RefusalKind.EndpointOutOfScope => Denied("endpoint_out_of_scope"),
        RefusalKind.ProviderTool => Denied("provider_tool"),
        RefusalKind.ModelManagement => Denied("model_management"),
        RefusalKind.RemoteModel => Denied("remote_model"),
        RefusalKind.Paused => Denied("paused"),
        RefusalKind.Policy => Denied("policy"),
        RefusalKind.HoldDenied => Denied("hold_denied"),
        RefusalKind.HoldExpired => Denied("hold_expired"),
        RefusalKind.GuardBlocked => Denied("guard_blocked"),
        RefusalKind.GuardHeld => Denied("guard_held"),
        RefusalKind.RouteUnknown => Row(404, "unknown_url", Invalid, "not_found_error"),
        RefusalKind.ModelUnknown => Row(404, "model_not_found", Invalid, "not_found_error"),
        RefusalKind.MethodNotAllowed => Row(405, "method_not_allowed", Invalid, Invalid),
        RefusalKind.WebSocket => Row(426, "websocket", Invalid, Invalid),
        RefusalKind.BodyTooSlow => Row(408, "request_timeout", Invalid, Invalid),
        RefusalKind.BodyTooLarge => Row(413, "request_too_large", Invalid, "request_too_large"),
        RefusalKind.EncodingUnsupported => Row(415, "unsupported_encoding", Invalid, Invalid),
        RefusalKind.MediaType => Row(415, "unsupported_media_type", Invalid, Invalid),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "A refusal without a row."),
    };

    private static RefusalRow OwnRow(RefusalKind kind) => kind switch
    {
        RefusalKind.RateLimited => Busy("rate_limit_exceeded"),
        RefusalKind.ConcurrencyLimit => Busy("concurrency_limit"),
        RefusalKind.TokenBudget => Spent("token_budget"),
        RefusalKind.ByteBudget => Spent("byte_budget"),
        RefusalKind.CostBudget => Spent("cost_budget"),
        RefusalKind.LedgerUnavailable => Ledger("ledger_unavailable", 5),
        RefusalKind.LedgerFull => Ledger("ledger_full", RetryAfterSecondsMax),
        RefusalKind.Overloaded => Row(503, "overloaded", Server, "overloaded_error") with
        {
            RetryAfterSeconds = 2,
        },
        RefusalKind.UpstreamUnreachable => Row(502, "upstream_unreachable", Server, "api_error"),
        RefusalKind.UpstreamCredential => Row(502, "upstream_credential", Server, "api_error") with
        {
            NeverRetry = true,
        },
        RefusalKind.UpstreamAnswerUnreadable => Row(502, "upstream_answer_unreadable", Server, "api_error"),
        RefusalKind.UpstreamTruncated => Row(502, "upstream_truncated", Server, "api_error"),
        RefusalKind.UpstreamTimeout => Row(504, "upstream_timeout", Server, "timeout_error"),
        RefusalKind.CredentialUnavailable => Row(503, "credential_unavailable", Server, "api_error") with
        {
            NeverRetry = true,
        },
        RefusalKind.Internal => Row(500, "internal", Server, "api_error"),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "A refusal without a row."),
    };

    private static RefusalRow Row(
        int status, string reason, string openAI, string anthropic) => new()
        {
            Status = status,
            Reason = reason,
            OpenAIType = openAI,
            OpenAICode = reason,
            AnthropicType = anthropic,
        };

    private static RefusalRow Unknown(string reason) =>
        Row(401, reason, Invalid, "authentication_error") with
        {
            OpenAICode = "invalid_api_key",
            NeverRetry = true,
        };

    private static RefusalRow Denied(string reason) =>
        Row(403, reason, Permission, Permission) with { NeverRetry = true };

    private static RefusalRow Spent(string reason) =>
        Row(429, reason, Quota, "billing_error") with { OpenAICode = Quota, NeverRetry = true };

    private static RefusalRow Busy(string reason) =>
        Row(429, reason, "rate_limit_error", "rate_limit_error") with { RetryAfterSeconds = 1 };

    private static RefusalRow Ledger(string reason, int retryAfterSeconds) =>
        Row(503, reason, Server, "api_error") with { RetryAfterSeconds = retryAfterSeconds };
}
