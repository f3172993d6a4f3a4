using Gatehouse.Actions;
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
internal static class MemoryTrim
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(10);

    /// <summary>A process that grew by less since the last time is left alone.</summary>
    private const long GrowthWorthIt = 24L << 20;

    /// <summary>With more than this in use the load is not over.</summary>
    private const long IdleBytes = 4L << 20;

    /// <summary>Looks now and then whether the load is over, and what it left.</summary>
    public static async Task RunAsync(Func<long> used, TimeProvider time, CancellationToken stop)
    {
        var (kept, wasIdle) = (Environment.WorkingSet, false);
        while (!stop.IsCancellationRequested)
        {
            await Task.Delay(LookEvery, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            var isIdle = used() < IdleBytes;
            kept = Math.Min(kept, Environment.WorkingSet);
            // Idle twice in a row: a pause of ten seconds is not the end of a load.
            if (isIdle && wasIdle && Environment.WorkingSet > kept + GrowthWorthIt)
            {
                GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
                NativeHeap.GiveBack();
                kept = Environment.WorkingSet;
            }
            wasIdle = isIdle;
        }
    }
}
