namespace Gatehouse.Storage;

/// <summary>
/// How much memory requests, answers and entries on their way to the disk may take: 64 MiB each where there is enough,
/// less in a small container, so that all of them together fit with the process itself.
/// </summary>
internal sealed record MemoryShares(long BodyBytes, long AnswerBytes, long QueueBytes)
{
    private const long BytesMax = 64L << 20;

    /// <summary>
    /// How long an answer waits for room. A model has worked on it: that is worth a longer wait than a request is.
    /// </summary>
    public TimeSpan AnswerWait { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Less than this fits no ordinary call.</summary>
    private const long BytesMin = 4L << 20;

    /// <summary>
    /// Shares of a process whose heap may have so many bytes: three quarters of a container's memory.
    /// </summary>
    public static MemoryShares Of(long available)
    {
        var room = Math.Clamp(available / 4, BytesMin, BytesMax);
        return new MemoryShares(room, room, Math.Clamp(available / 8, BytesMin, BytesMax));
    }

    /// <summary>Shares of what the machine has, or the container, or `ulimit -v` allows.</summary>
    public static MemoryShares OfThisProcess()
    {
        var available = GC.GetGCMemoryInfo(GCKind.Any).TotalAvailableMemoryBytes;
        return Of(available > 0 ? available : long.MaxValue);
    }
}
