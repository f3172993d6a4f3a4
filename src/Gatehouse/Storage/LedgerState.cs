namespace Gatehouse.Storage;

/// <summary>How the ledger is.</summary>
internal enum LedgerState
{
    /// <summary>It writes.</summary>
    Writing,

    /// <summary>It writes, and more than 80 % of <c>bytes-max</c> are used.</summary>
    NearlyFull,

    /// <summary>It refuses new calls: <c>bytes-max</c> is reached.</summary>
    Full,

    /// <summary>It refuses everything until the disk can be written again.</summary>
    Waiting,

    /// <summary>It is closed, or stopped after a failure that it must not survive.</summary>
    Stopped,
}
