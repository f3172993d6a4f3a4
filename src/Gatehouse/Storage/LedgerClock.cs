using Gatehouse.Core.Ledger;

namespace Gatehouse.Storage;

/// <summary>
/// The ledger's time: never behind the last entry. Notices when the wall clock moves against the monotonic one. Used
/// by the writer's thread, except for <see cref="Now"/>.
/// </summary>
internal sealed class LedgerClock(TimeProvider time)
{
    // Foundations: a step over 2 s is an entry.
    private static readonly TimeSpan StepMin = TimeSpan.FromSeconds(2);

    // Foundations: after a jump forward of more than a day, purging waits.
    private static readonly TimeSpan JumpMin = TimeSpan.FromDays(1);

    private long _lastEntryTicks;
    private DateTimeOffset _lastWall;
    private long _lastStamp;
    private bool _isSet;

    /// <summary>The wall clock, or the last entry's time if that is later.</summary>
    public DateTimeOffset Now
    {
        get
        {
            var wall = LedgerTime.Truncate(time.GetUtcNow());
            var last = Interlocked.Read(ref _lastEntryTicks);
            return wall.UtcTicks >= last ? wall : new DateTimeOffset(last, TimeSpan.Zero);
        }
    }

    /// <summary>Tells the time of the newest entry on disk.</summary>
    public void SetLastEntry(DateTimeOffset entry) => Interlocked.Exchange(ref _lastEntryTicks, entry.UtcTicks);

    /// <summary>Reads the clock for a batch.</summary>
    /// <returns>The step to record, if the clock moved, and whether it was a jump forward of more than a day.</returns>
    public (DateTimeOffset Expected, DateTimeOffset Seen, bool IsJump)? Read()
    {
        var wall = LedgerTime.Truncate(time.GetUtcNow());
        var stamp = time.GetTimestamp();
        var last = Interlocked.Read(ref _lastEntryTicks);
        // After a start the last entry is all there is to compare with, and only a clock behind it is certainly wrong.
        var expected = _isSet
            ? LedgerTime.Truncate(_lastWall + time.GetElapsedTime(_lastStamp, stamp))
            : new DateTimeOffset(Math.Min(last, wall.UtcTicks), TimeSpan.Zero);
        if (!_isSet && last - wall.UtcTicks > StepMin.Ticks)
            expected = new DateTimeOffset(last, TimeSpan.Zero);
        var isFirst = !_isSet;
        (_lastWall, _lastStamp, _isSet) = (wall, stamp, true);
        var step = wall - expected;
        var isJump = step > JumpMin && last > 0;
        if (step.Duration() <= StepMin || (isFirst && step > TimeSpan.Zero))
            return isJump ? (expected, expected, true) : null;
        return (expected, wall, isJump);
    }
}
