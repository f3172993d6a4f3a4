namespace Gatehouse.Core.Ledger;

/// <summary>Which of the clocks under <c>ledger: keep:</c> decides how long something is kept.</summary>
public enum RetentionClass
{
    /// <summary>Raw inputs: what callers sent.</summary>
    Inputs = 1,

    /// <summary>Outputs: what models answered.</summary>
    Outputs = 2,

    /// <summary>Logs: the leaves themselves, and documents of acts.</summary>
    Logs = 3,
}
