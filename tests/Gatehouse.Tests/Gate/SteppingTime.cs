namespace Gatehouse.Tests.Gate;

/// <summary>
/// A wall clock that a test may also set back, as a machine without a clock of its own does at its start.
/// </summary>
internal sealed class SteppingTime : TimeProvider
{
    private long _offsetTicks;

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + new TimeSpan(Interlocked.Read(ref _offsetTicks));

    public void Step(TimeSpan by) => Interlocked.Add(ref _offsetTicks, by.Ticks);
}
