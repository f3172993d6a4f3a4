namespace Gatehouse.Storage;

/// <summary>How long the last commits took.</summary>
internal sealed class CommitTimes
{
    // Enough for a stable 99th percentile.
    private const int Kept = 512;

    private readonly Lock _lock = new();
    private readonly double[] _milliseconds = new double[Kept];
    private long _count;

    public void Add(TimeSpan duration)
    {
        lock (_lock)
            _milliseconds[_count++ % Kept] = duration.TotalMilliseconds;
    }

    public (double P50, double P99) Percentiles()
    {
        double[] sorted;
        lock (_lock)
            sorted = _milliseconds[..(int)Math.Min(_count, Kept)];
        if (sorted.Length == 0)
            return (0, 0);
        Array.Sort(sorted);
        return (sorted[sorted.Length / 2], sorted[(int)(sorted.Length * 0.99)]);
    }
}
