namespace Gatehouse.Storage;

/// <summary>A snapshot for health pages and metrics.</summary>
internal sealed record LedgerHealth
{
    public required LedgerState State { get; init; }

    /// <summary>Why it does not write, as a sentence; empty if it does.</summary>
    public required string Reason { get; init; }

    /// <summary>Number of leaves.</summary>
    public required long Entries { get; init; }

    /// <summary>Bytes in use.</summary>
    public required long BytesUsed { get; init; }

    /// <summary>Most bytes allowed.</summary>
    public required long BytesMax { get; init; }

    /// <summary>Share of <see cref="BytesMax"/> in use, 0 to 100 and above.</summary>
    public double PercentUsed => BytesMax == 0 ? 100 : 100.0 * BytesUsed / BytesMax;

    /// <summary>
    /// Days until full at the recent rate of growth; null if it does not grow or is too young to tell.
    /// </summary>
    public required double? DaysLeft { get; init; }

    /// <summary>Appends waiting.</summary>
    public required int Queued { get; init; }

    /// <summary>Leaves under the last checkpoint.</summary>
    public required long SignedTo { get; init; }

    /// <summary>Median of the last commits in milliseconds, fsync included.</summary>
    public required double CommitP50Milliseconds { get; init; }

    /// <summary>99th percentile of the last commits in milliseconds.</summary>
    public required double CommitP99Milliseconds { get; init; }

    /// <summary>
    /// True from a jump of the clock on until <see cref="SqliteLedger.ConfirmClockAsync"/> or a synchronised clock.
    /// </summary>
    public required bool IsClockInDoubt { get; init; }
}

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

    /// <summary>Another process has taken over the writing; this one must stop.</summary>
    Fenced,

    /// <summary>The ledger is closed, or stopped after a failure that it must not survive.</summary>
    Stopped,
}

/// <summary>The ledger can no longer be trusted: the process has to stop.</summary>
/// <param name="Message">What happened, where, and what to do.</param>
/// <param name="Code">SQLite's extended result code; 0 if the failure was not SQLite's.</param>
/// <param name="Errno">The operating system's error number; 0 if there was none.</param>
internal sealed record LedgerFatal(string Message, int Code, int Errno);

/// <summary>How long the last commits took.</summary>
internal sealed class CommitTimes
{
    // Enough for a stable 99th percentile.
    private const int Kept = 512;

    private readonly Lock _lock = new();
    private readonly double[] _milliseconds = new double[Kept];
    private long _count;

    public void Add(TimeSpan duration)
    {
        lock (_lock)
            _milliseconds[_count++ % Kept] = duration.TotalMilliseconds;
    }

    public (double P50, double P99) Percentiles()
    {
        double[] sorted;
        lock (_lock)
            sorted = _milliseconds[..(int)Math.Min(_count, Kept)];
        if (sorted.Length == 0)
            return (0, 0);
        Array.Sort(sorted);
        return (sorted[sorted.Length / 2], sorted[(int)(sorted.Length * 0.99)]);
    }
}
