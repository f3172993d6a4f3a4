namespace Gatehouse.Storage;

/// <summary>Why an entry was not written. Nothing of it is on record then.</summary>
internal enum LedgerRefusal
{
    /// <summary>It was written.</summary>
    None = 0,

    /// <summary>The queue stayed full for two seconds.</summary>
    Busy,

    /// <summary>No space on the disk, or over a quota. The next append tries again.</summary>
    DiskFull,

    /// <summary>The disk is read-only. The next append tries again.</summary>
    ReadOnly,

    /// <summary>The process has no file descriptor left for the ledger. The next append tries again.</summary>
    NoDescriptors,

    /// <summary>A key that seals payloads of these days cannot be opened.</summary>
    KeyDamaged,

    /// <summary>The ledger has reached its <c>bytes-max</c>.</summary>
    LedgerFull,

    /// <summary>The leaf would be larger than 65,535 bytes.</summary>
    TooLarge,

    /// <summary>The ledger is closed, or stopped after a failure that it must not survive.</summary>
    Stopped,
}
