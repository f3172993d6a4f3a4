namespace Gatehouse.Core.Traffic;

/// <summary>How one kind of refusal looks on the wire.</summary>
public sealed record RefusalRow
{
    /// <summary>The HTTP status.</summary>
    public required int Status { get; init; }

    /// <summary>The value of <c>X-Gatehouse-Reason</c>, and OpenAI's <c>code</c> unless that has an own one.</summary>
    public required string Reason { get; init; }

    /// <summary>OpenAI's <c>error.type</c>.</summary>
    public required string OpenAIType { get; init; }

    /// <summary>OpenAI's <c>error.code</c>.</summary>
    public required string OpenAICode { get; init; }

    /// <summary>Anthropic's <c>error.type</c>.</summary>
    public required string AnthropicType { get; init; }

    /// <summary>
    /// True when <c>x-should-retry: false</c> is sent, so that an SDK does not try a decision three times.
    /// </summary>
    public bool NeverRetry { get; init; }

    /// <summary>The <c>Retry-After</c> in seconds when the refusal names none; null when none is sent at all.</summary>
    public int? RetryAfterSeconds { get; init; }

    /// <summary>How loud it is in the log.</summary>
    public RefusalSeverity Severity { get; init; }
}
