using Gatehouse.Core.Ledger;

namespace Gatehouse.Storage;

/// <summary>
/// The ledger of one home. The caller holds the home's lock. An append is complete only when it is on disk.
/// </summary>
internal sealed class SqliteLedger : IAsyncDisposable
{
    public VerifierKey Key => throw new NotImplementedException();

    public DateTimeOffset Now => throw new NotImplementedException();

    public static SqliteLedger Open(
        HomeDirectory home, LedgerSettings settings, TimeProvider time, Action<LedgerFatal> onFatal) =>
        throw new NotImplementedException();

    public string NewId(string prefix) => throw new NotImplementedException();

    public ValueTask<AppendResult> AppendAsync(LedgerDraft draft, CancellationToken cancellation) =>
        throw new NotImplementedException();

    public LedgerHealth Health() => throw new NotImplementedException();

    public ValueTask<CheckpointResult> SignCheckpointAsync(CancellationToken cancellation) =>
        throw new NotImplementedException();

    public ValueTask<PurgeResult> PurgeDueAsync(CancellationToken cancellation) => throw new NotImplementedException();

    public void ConfirmClock() => throw new NotImplementedException();

    public ValueTask DisposeAsync() => throw new NotImplementedException();
}
