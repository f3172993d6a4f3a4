namespace Gatehouse.Core.Estate;

/// <summary>How large the ledger may grow and how long each class of payload is kept.</summary>
/// <param name="BytesMax">Bytes that the ledger may take; when full, calls are refused.</param>
/// <param name="KeepInputs">How long prompts are kept.</param>
/// <param name="KeepOutputs">How long answers are kept.</param>
/// <param name="KeepLogs">How long everything else is kept.</param>
public sealed record LedgerPlan(long BytesMax, TimeSpan KeepInputs, TimeSpan KeepOutputs, TimeSpan KeepLogs);
