namespace Gatehouse.Core.Traffic;

/// <summary>What the gate reads from an answer that came whole.</summary>
public sealed record AnswerFacts
{
    /// <summary>False when the body is not one JSON object; then nothing else here is set.</summary>
    public bool IsReadable { get; init; }

    /// <summary>True when the body reports an error, whatever its status.</summary>
    public bool IsError { get; init; }

    /// <summary>The tokens that the upstream counted.</summary>
    public TokenUsage Usage { get; init; }

    /// <summary>The model that the upstream says it used; null when it does not say.</summary>
    public string? ReportedModel { get; init; }

    /// <summary>OpenAI's <c>system_fingerprint</c>; null when there is none.</summary>
    public string? SystemFingerprint { get; init; }
}
