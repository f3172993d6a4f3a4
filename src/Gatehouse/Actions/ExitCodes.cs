namespace Gatehouse.Actions;

/// <summary>Exit codes of every verb, as README and docs/cli.md list them.</summary>
internal static class ExitCodes
{
    public const int Done = 0;

    /// <summary>
    /// The verb ran and the answer is no: verification failed, a job does not exist, nothing to resume.
    /// </summary>
    public const int Failed = 1;

    /// <summary>The input cannot be used: options, estate file, home.</summary>
    public const int Unusable = 2;

    /// <summary>The verb needs a running gate, or the ledger cannot be written.</summary>
    public const int Unavailable = 4;

    /// <summary>The gate stopped because its ledger can no longer be trusted (EX_SOFTWARE of sysexits.h).</summary>
    public const int LedgerInDoubt = 70;
}
