namespace Gatehouse.Core.Estate;

/// <summary>One reason for the risk of a job.</summary>
/// <param name="Points">What it adds to the score.</param>
/// <param name="Sentence">The reason in plain words.</param>
public sealed record RiskReason(int Points, string Sentence);
