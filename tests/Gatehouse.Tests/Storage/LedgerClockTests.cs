using Gatehouse.Core.Ledger;
using Gatehouse.Storage;
using Microsoft.Extensions.Time.Testing;

namespace Gatehouse.Tests.Storage;

public sealed class LedgerClockTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(-3600)]
    [InlineData(-3)]
    [InlineData(3)]
    [InlineData(7200)]
    public async Task A_clock_that_steps_is_an_entry_and_time_never_goes_back(int seconds)
    {
        using var test = new TestHome();
        var time = new SteppingTime(Start);
        await using (var ledger = test.Open(time))
        {
            await TestHome.ExchangeAsync(ledger);
            time.Step(TimeSpan.FromSeconds(seconds));
            await TestHome.ExchangeAsync(ledger);
        }

        var steps = Steps(test);
        Assert.Equal(TimeSpan.FromSeconds(seconds), Assert.Single(steps).Seen - steps[0].Expected);
        Assert.True(test.Verify().IsGood);
    }

    [Fact]
    public async Task Time_that_passes_is_no_step()
    {
        using var test = new TestHome();
        var time = new SteppingTime(Start);
        await using (var ledger = test.Open(time))
        {
            for (var i = 0; i < 5; i++)
            {
                await TestHome.ExchangeAsync(ledger);
                time.Advance(TimeSpan.FromDays(3));
            }
        }

        Assert.Empty(Steps(test));
    }

    [Fact]
    public async Task A_start_with_a_clock_behind_the_last_entry_is_a_step()
    {
        using var test = new TestHome();
        await using (var ledger = test.Open(new SteppingTime(Start)))
            await TestHome.ExchangeAsync(ledger);
        await using (var ledger = test.Open(new SteppingTime(Start.AddYears(-56))))
        {
            await TestHome.ExchangeAsync(ledger);
            Assert.Equal(Start, ledger.Now);
        }

        Assert.Equal(Start.AddYears(-56), Assert.Single(Steps(test)).Seen);
        Assert.True(test.Verify().IsGood);
    }

    [Fact]
    public async Task After_a_jump_of_more_than_a_day_purging_waits_for_a_person()
    {
        using var test = new TestHome();
        var time = new SteppingTime(Start);
        await using (var ledger = test.Open(time))
        {
            await TestHome.ExchangeAsync(ledger);
            time.Step(TimeSpan.FromDays(400));
            Assert.True((await ledger.PurgeDueAsync(CancellationToken.None)).IsHalted);
            Assert.True(ledger.Health().IsPurgeHalted);
        }

        // It is remembered over a restart: by then the wrong time is the time of the last entry.
        await using (var ledger = test.Open(time))
        {
            await TestHome.ExchangeAsync(ledger);
            Assert.True((await ledger.PurgeDueAsync(CancellationToken.None)).IsHalted);
            Assert.Equal(LedgerRefusal.None, await ledger.ConfirmClockAsync());
            var result = await ledger.PurgeDueAsync(CancellationToken.None);
            Assert.Equal((false, 2L), (result.IsHalted, result.Payloads));
        }

        Assert.Single(Steps(test));
        Assert.True(test.Verify().IsGood);
    }

    [Fact]
    public async Task A_synchronised_clock_needs_nobody_to_confirm_it()
    {
        using var test = new TestHome();
        test.Settings = test.Settings with { IsClockSynchronised = () => true };
        var time = new SteppingTime(Start);
        await using var ledger = test.Open(time);
        await TestHome.ExchangeAsync(ledger);
        time.Step(TimeSpan.FromDays(8));

        var result = await ledger.PurgeDueAsync(CancellationToken.None);

        Assert.Equal((false, 1L), (result.IsHalted, result.Payloads));
    }

    [Fact]
    public async Task A_gate_that_was_off_for_days_purges_only_once_the_clock_is_trusted()
    {
        using var test = new TestHome();
        await using (var ledger = test.Open(new SteppingTime(Start)))
            await TestHome.ExchangeAsync(ledger);
        await using (var ledger = test.Open(new SteppingTime(Start.AddDays(10))))
        {
            Assert.True((await ledger.PurgeDueAsync(CancellationToken.None)).IsHalted);
            test.Settings = test.Settings with { IsClockSynchronised = () => true };
        }

        await using (var ledger = test.Open(new SteppingTime(Start.AddDays(10))))
            Assert.Equal(1, (await ledger.PurgeDueAsync(CancellationToken.None)).Payloads);
        Assert.Empty(Steps(test));
    }

    private static List<ClockStepEntry> Steps(TestHome test)
    {
        using var reader = LedgerReader.OpenReadOnly(test.Home);
        return [.. reader.ReadActs(0, 1000).Select(entry => entry.Leaf!.Entry).OfType<ClockStepEntry>()];
    }

    /// <summary>A wall clock that can step while the monotonic one goes on.</summary>
    private sealed class SteppingTime(DateTimeOffset start) : FakeTimeProvider(start)
    {
        private TimeSpan _offset;

        public void Step(TimeSpan by) => _offset += by;

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + _offset;

        public override long GetTimestamp() => base.GetUtcNow().Ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;
    }
}
