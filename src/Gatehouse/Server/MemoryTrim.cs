using Gatehouse.Linux;

namespace Gatehouse.Server;

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
