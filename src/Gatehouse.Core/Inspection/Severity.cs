namespace Gatehouse.Core.Inspection;

/// <summary>How much a finding matters for a house that runs AI jobs; ordered, the least first.</summary>
public enum Severity
{
    /// <summary>Worth knowing; nothing follows from it alone.</summary>
    Info,

    /// <summary>A layer of protection is missing behind others.</summary>
    Low,

    /// <summary>A job that goes wrong reaches further than it has to.</summary>
    Medium,

    /// <summary>A job that goes wrong reaches other machines, other jobs' data, or past the gate.</summary>
    High,

    /// <summary>A job that goes wrong owns the host.</summary>
    Critical,
}
