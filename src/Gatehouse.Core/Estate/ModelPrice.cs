namespace Gatehouse.Core.Estate;

/// <summary>What a model costs, in the currency that the user thinks in (the same as <c>cost-per-month</c>).</summary>
/// <param name="InputPerMillion">Price of 1,000,000 input tokens.</param>
/// <param name="OutputPerMillion">Price of 1,000,000 output tokens.</param>
public sealed record ModelPrice(decimal InputPerMillion, decimal OutputPerMillion)
{
    /// <summary>Price of one call.</summary>
    /// <param name="inputTokens">Tokens of the prompt.</param>
    /// <param name="outputTokens">Tokens of the answer.</param>
    public decimal Of(long inputTokens, long outputTokens) =>
        ((inputTokens * InputPerMillion) + (outputTokens * OutputPerMillion)) / 1_000_000m;
}
