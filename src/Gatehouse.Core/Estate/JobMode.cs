namespace Gatehouse.Core.Estate;

/// <summary>What guards do with a job's calls. Identity, ledger, limits and pauses work in both modes.</summary>
public enum JobMode
{
    /// <summary>Guards act.</summary>
    Enforce,

    /// <summary>Guards only record what they would have done: where an adopted job starts.</summary>
    Observe,
}
