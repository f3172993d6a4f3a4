namespace Gatehouse.Core.NextSteps;

/// <summary>The order of the kinds of steps, with room between them for what a kind orders itself.</summary>
internal static class StepRank
{
    public const int Changed = 500;
    public const int CriticalFinding = 1_000;
    public const int HighFinding = 2_000;
    public const int NoEstate = 3_000;
    public const int Undeclared = 4_000;
    public const int Credential = 6_000;
    public const int NoLimits = 7_000;
    public const int MediumFinding = 8_000;
    public const int OldToken = 9_000;
    public const int Checkpoint = 10_000;
    public const int Observed = 11_000;

    /// <summary>A question changes nothing by itself, so whatever closes a hole comes first.</summary>
    public const int UnknownAnswer = 11_500;
    public const int LowFinding = 12_000;
}
