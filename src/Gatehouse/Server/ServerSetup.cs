using Gatehouse.Linux;
using Gatehouse.Listening;
using Gatehouse.Storage;
using Microsoft.Extensions.Logging;

namespace Gatehouse.Server;

/// <summary>What a served home is started with.</summary>
internal sealed record ServerSetup(HomeDirectory Home, ILoggerFactory Logs, TimeProvider Time)
{
    /// <summary>What happens when the ledger can no longer be trusted. The verb stops the process.</summary>
    public required Action<LedgerFatal> OnFatal { get; init; }

    /// <summary>How much memory calls may take.</summary>
    public MemoryShares Memory { get; init; } = MemoryShares.OfThisProcess();

    /// <summary>How many connections callers may have, and how long one may stay unknown.</summary>
    public ConnectionLimits Callers { get; init; } = new(FileLimit.ConnectionsFor(FileLimit.Files));

    /// <summary>Whether the clock is synchronised; asks the kernel unless a test says otherwise.</summary>
    public Func<bool> IsClockSynchronised { get; init; } = LinuxFile.IsClockSynchronised;

    /// <summary>Stands between calls and the ledger, in tests that make it fail.</summary>
    public Func<SqliteLedger, LedgerDraft, CancellationToken, ValueTask<AppendResult>>? Append { get; init; }
}
