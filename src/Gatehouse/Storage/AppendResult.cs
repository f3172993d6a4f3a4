namespace Gatehouse.Storage;

/// <summary>What became of an append.</summary>
/// <param name="Refusal">None if the entry is durable, else why it is not written.</param>
/// <param name="Index">The leaf's index; -1 if refused.</param>
/// <param name="Time">The leaf's time.</param>
internal readonly record struct AppendResult(LedgerRefusal Refusal, long Index, DateTimeOffset Time)
{
    /// <summary>Bytes of its leaf and its sealed payloads.</summary>
    public long StoredBytes { get; init; }

    /// <summary>True if the entry is on disk.</summary>
    public bool IsDurable => Refusal == LedgerRefusal.None;

    public static AppendResult Refused(LedgerRefusal refusal) => new(refusal, -1, default);
}
