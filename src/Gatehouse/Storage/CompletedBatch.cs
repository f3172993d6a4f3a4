namespace Gatehouse.Storage;

/// <summary>
/// Wakes the callers of a committed batch. One work item for many callers instead of one each: waking threads costs
/// more than what the callers do next (measured with bench/gate). The writer's own thread never runs a caller's code.
/// </summary>
internal sealed class CompletedBatch : IThreadPoolWorkItem
{
    // Two items at most, so that two cores share a large batch.
    private const int ShareMin = 8;

    private readonly AppendWork[] _works;

    private CompletedBatch(AppendWork[] works) => _works = works;

    /// <summary>Completes the works on the thread pool. Their callers own them from then on.</summary>
    public static void Dispatch(List<AppendWork> works)
    {
        if (works.Count == 0)
            return;
        var half = works.Count >= ShareMin ? works.Count / 2 : works.Count;
        ThreadPool.UnsafeQueueUserWorkItem(new CompletedBatch(works.GetRange(0, half).ToArray()), preferLocal: false);
        if (half < works.Count)
        {
            var rest = works.GetRange(half, works.Count - half).ToArray();
            ThreadPool.UnsafeQueueUserWorkItem(new CompletedBatch(rest), preferLocal: false);
        }
    }

    /// <inheritdoc/>
    public void Execute()
    {
        foreach (var work in _works)
            work.Complete();
    }
}
