namespace Gatehouse.Storage;

/// <summary>What a purge did.</summary>
/// <param name="Payloads">Payloads deleted.</param>
/// <param name="Leaves">Leaves that lost their text.</param>
/// <param name="DayKeys">Day keys deleted.</param>
/// <param name="BytesFreed">Bytes given back to the disk.</param>
/// <param name="Refusal">Why it stopped early, if it did.</param>
/// <param name="IsHalted">True if it waits for the clock to be confirmed.</param>
internal sealed record PurgeResult(
    long Payloads, long Leaves, int DayKeys, long BytesFreed, LedgerRefusal Refusal, bool IsHalted);
