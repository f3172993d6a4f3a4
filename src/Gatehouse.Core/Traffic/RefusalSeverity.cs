namespace Gatehouse.Core.Traffic;

/// <summary>How loud a refusal is in the log.</summary>
public enum RefusalSeverity
{
    /// <summary>The caller's own affair.</summary>
    Information,

    /// <summary>Someone should look at the job or the upstream.</summary>
    Warning,

    /// <summary>The gate itself is not well.</summary>
    Error,
}
