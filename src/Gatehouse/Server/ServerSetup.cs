using Gatehouse.Actions;
using Gatehouse.Gate;
using Gatehouse.Gate.Guarding;
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

    /// <summary>Looks at the text of calls; null for the guards of the estate.</summary>
    public IGuard? Guard { get; init; }

    /// <summary>Says which calls wait for a person; null where none does.</summary>
    public Func<GateCall, HoldOrder?>? Hold { get; init; }

    /// <summary>Stands between calls and the ledger, in tests that make it fail.</summary>
    public Func<SqliteLedger, LedgerDraft, CancellationToken, ValueTask<AppendResult>>? Append { get; init; }
}

/// <summary>Which Gatehouse this is.</summary>
internal static class ProductVersion
{
    /// <summary>The version, as the build says it.</summary>
    public static string Text { get; } = typeof(ProductVersion).Assembly.GetName().Version!.ToString(3);
}

/// <summary>Stops the process at once, because what the ledger says can no longer be believed.</summary>
internal static class FatalExit
{
    public static void StopProcess(LedgerFatal fatal)
    {
        Console.Error.WriteLine($"gatehouse: {fatal.Message}");
        Console.Error.Flush();
        // Not Environment.Exit: nothing may run any more that could answer a call or write a record.
        LinuxProcess.ExitNow(ExitCodes.LedgerInDoubt);
    }
}

/// <summary>
/// Gives memory back to the system after a load. The collector and the C library keep what they had at the peak,
/// because it may be needed again; on a small machine something else needs it now.
/// </summary>
internal sealed class MemoryTrim(Func<long> used)
{
    public static readonly TimeSpan Every = TimeSpan.FromSeconds(10);

    /// <summary>A process that grew by less since the last time is left alone.</summary>
    private const long GrowthWorthIt = 24L << 20;

    /// <summary>With more than this in use the load is not over.</summary>
    private const long IdleBytes = 4L << 20;

    private long _kept = Environment.WorkingSet;
    private bool _wasIdle;

    /// <summary>Looks whether a load is over, and gives back what it left.</summary>
    /// <returns>What was given back, for people; null if there was nothing.</returns>
    public string? GiveBack()
    {
        var isIdle = used() < IdleBytes;
        // Idle twice in a row: a pause of ten seconds is not the end of a load.
        var isOver = isIdle && _wasIdle;
        _wasIdle = isIdle;
        var held = Environment.WorkingSet;
        _kept = Math.Min(_kept, held);
        if (!isOver || held <= _kept + GrowthWorthIt) return null;
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        NativeHeap.GiveBack();
        _kept = Environment.WorkingSet;
        return $"{(held - _kept) >> 20} MiB";
    }
}
