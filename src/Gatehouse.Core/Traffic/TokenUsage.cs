namespace Gatehouse.Core.Traffic;

/// <summary>The tokens of a call as its upstream counted them.</summary>
/// <param name="Input">Tokens of the prompt, cached ones included; null when the upstream did not say.</param>
/// <param name="Output">Tokens of the answer; null when the upstream did not say.</param>
public readonly record struct TokenUsage(long? Input, long? Output);
