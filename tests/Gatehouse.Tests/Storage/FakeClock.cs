using Microsoft.Extensions.Time.Testing;

namespace Gatehouse.Tests.Storage;

/// <summary>A wall clock that can step while the monotonic one goes on.</summary>
internal sealed class FakeClock(DateTimeOffset start) : FakeTimeProvider(start)
{
    private long _offsetTicks;

    public void Step(TimeSpan by) => Interlocked.Add(ref _offsetTicks, by.Ticks);

    public override DateTimeOffset GetUtcNow() =>
        base.GetUtcNow() + new TimeSpan(Interlocked.Read(ref _offsetTicks));

    public override long GetTimestamp() => base.GetUtcNow().Ticks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;
}
