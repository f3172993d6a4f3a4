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
