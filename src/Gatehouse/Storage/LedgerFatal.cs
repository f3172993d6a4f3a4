namespace Gatehouse.Storage;

/// <summary>The ledger can no longer be trusted: the process has to stop.</summary>
/// <param name="Message">What happened, where, and what to do.</param>
/// <param name="Code">SQLite's extended result code; 0 if the failure was not SQLite's.</param>
/// <param name="Errno">The operating system's error number; 0 if there was none.</param>
internal sealed record LedgerFatal(string Message, int Code, int Errno);
