namespace Gatehouse.Storage;

/// <summary>What a purge did.</summary>
internal sealed record PurgeResult
{
    /// <summary>Payloads deleted.</summary>
    public long Payloads { get; init; }

    /// <summary>Leaves that lost their text.</summary>
    public long Leaves { get; init; }

    /// <summary>Day keys deleted.</summary>
    public int DayKeys { get; init; }

    /// <summary>Bytes given back to the disk.</summary>
    public long BytesFreed { get; init; }

    /// <summary>Why it stopped early, if it did; the next one goes on.</summary>
    public LedgerRefusal Refusal { get; init; }

    /// <summary>
    /// True while the clock waits to be confirmed: only what is due by the confirmed time was purged.
    /// </summary>
    public bool IsClockInDoubt { get; init; }
}
