namespace Gatehouse.Core.Estate;

/// <summary>How much could go wrong with a job before a person notices.</summary>
public enum RiskLevel
{
    /// <summary>Nothing that it does leaves a mark.</summary>
    Low,

    /// <summary>One thing deserves attention.</summary>
    Medium,

    /// <summary>Several things together deserve a person's eye.</summary>
    High,

    /// <summary>It should not run without a person in the loop.</summary>
    Critical,
}
