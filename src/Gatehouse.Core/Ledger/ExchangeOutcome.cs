namespace Gatehouse.Core.Ledger;

/// <summary>How an exchange ended.</summary>
public enum ExchangeOutcome
{
    /// <summary>The whole answer was on record before its end was released.</summary>
    Completed = 1,

    /// <summary>The gate stopped before the answer was on record.</summary>
    Interrupted = 2,

    /// <summary>An identified caller was refused.</summary>
    Refused = 3,

    /// <summary>The caller went away.</summary>
    ClientAborted = 4,

    /// <summary>The upstream ended before its answer did.</summary>
    UpstreamTruncated = 5,
}
