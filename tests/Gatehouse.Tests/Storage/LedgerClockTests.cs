using Gatehouse.Core.Ledger;
using Gatehouse.Storage;

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
        var time = new FakeClock(Start);
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
        var time = new FakeClock(Start);
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
        await using (var ledger = test.Open(new FakeClock(Start)))
            await TestHome.ExchangeAsync(ledger);
        await using (var ledger = test.Open(new FakeClock(Start.AddYears(-56))))
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
        var time = new FakeClock(Start);
        await using (var ledger = test.Open(time))
        {
            await TestHome.ExchangeAsync(ledger);
            time.Step(TimeSpan.FromDays(400));
            Assert.True((await ledger.PurgeDueAsync(CancellationToken.None)).IsClockInDoubt);
            Assert.True(ledger.Health().IsClockInDoubt);
        }

        // It is remembered over a restart: by then the wrong time is the time of the last entry.
        await using (var ledger = test.Open(time))
        {
            await TestHome.ExchangeAsync(ledger);
            Assert.True((await ledger.PurgeDueAsync(CancellationToken.None)).IsClockInDoubt);
            Assert.Equal(LedgerRefusal.None, await ledger.ConfirmClockAsync());
            var result = await ledger.PurgeDueAsync(CancellationToken.None);
            Assert.Equal((false, 2L), (result.IsClockInDoubt, result.Payloads));
        }

        Assert.Single(Steps(test));
        Assert.True(test.Verify().IsGood);
    }

    [Fact]
    public async Task A_synchronised_clock_needs_nobody_to_confirm_it()
    {
        using var test = new TestHome();
        test.Settings = test.Settings with { IsClockSynchronised = () => true };
        var time = new FakeClock(Start);
        await using var ledger = test.Open(time);
        await TestHome.ExchangeAsync(ledger);
        time.Step(TimeSpan.FromDays(8));

        var result = await ledger.PurgeDueAsync(CancellationToken.None);

        Assert.Equal((false, 1L), (result.IsClockInDoubt, result.Payloads));
    }

    [Fact]
    public async Task A_gate_that_was_off_for_days_purges_only_once_the_clock_is_trusted()
    {
        using var test = new TestHome();
        await using (var ledger = test.Open(new FakeClock(Start)))
            await TestHome.ExchangeAsync(ledger);
        await using (var ledger = test.Open(new FakeClock(Start.AddDays(10))))
        {
            Assert.True((await ledger.PurgeDueAsync(CancellationToken.None)).IsClockInDoubt);
            test.Settings = test.Settings with { IsClockSynchronised = () => true };
        }

        await using (var ledger = test.Open(new FakeClock(Start.AddDays(10))))
            Assert.Equal(1, (await ledger.PurgeDueAsync(CancellationToken.None)).Payloads);
        Assert.Empty(Steps(test));
    }

    [Theory]
    [InlineData(false, false, false)]
    [InlineData(false, true, false)]
    [InlineData(true, false, false)]
    [InlineData(true, true, false)]
    [InlineData(true, false, true)]
    [InlineData(true, true, true)]
    public async Task Ten_years_ahead_and_back_nothing_is_purged_early_and_nothing_lives_for_years(
        bool restarts, bool confirms, bool isSynchronised)
    {
        using var test = new TestHome();
        var (time, isSynced) = (new FakeClock(Start), false);
        test.Settings = test.Settings with { IsClockSynchronised = () => isSynced };
        var ledger = test.Open(time);
        await TestHome.ExchangeAsync(ledger, "precious", "answer");
        time.Step(TimeSpan.FromDays(3650));
        ledger = await AgainAsync(ledger, restarts);
        await TestHome.ExchangeAsync(ledger, "wrong year", "answer");
        Assert.Equal((true, 0L), await PurgeAsync(ledger));
        time.Step(TimeSpan.FromDays(-3650));
        isSynced = isSynchronised;
        ledger = await AgainAsync(ledger, restarts);
        if (confirms)
            Assert.Equal(LedgerRefusal.None, await ledger.ConfirmClockAsync());
        await TestHome.ExchangeAsync(ledger, "after", "answer");

        Assert.Equal((!confirms && !isSynchronised, 0L), await PurgeAsync(ledger));
        Assert.True(File.Exists(Path.Combine(test.Home.KeysDirectory, "day-20261108-inputs.key")));
        Assert.InRange(ledger.Now, Start, Start.AddHours(1));
        Assert.Empty(test.Verify().Faults);
        var back = Assert.Single(Steps(test), step => step.Since is not null);
        Assert.Equal((2L, 3650L), (back.Since, back.AheadMilliseconds / 86_400_000));

        // By then real time has passed, and each of the three exchanges goes when its own time is up.
        time.Advance(TimeSpan.FromDays(8));
        ledger = await AgainAsync(ledger, restarts);
        Assert.Equal(3L, (await PurgeAsync(ledger)).Payloads);
        time.Advance(TimeSpan.FromDays(23));
        Assert.Equal(3L, (await PurgeAsync(ledger)).Payloads);
        time.Advance(TimeSpan.FromDays(62));
        await ledger.ConfirmClockAsync();
        Assert.True((await ledger.PurgeDueAsync(CancellationToken.None)).Leaves >= 6);
        Assert.DoesNotContain(
            Directory.EnumerateFiles(test.Home.KeysDirectory),
            file => file.Contains("day-203", StringComparison.Ordinal));
        Assert.Empty(test.Verify().Faults);
        await ledger.DisposeAsync();

        async Task<SqliteLedger> AgainAsync(SqliteLedger open, bool isAsked)
        {
            if (!isAsked)
                return open;
            await open.DisposeAsync();
            return test.Open(time);
        }
    }

    [Fact]
    public async Task A_clock_that_was_confirmed_by_mistake_and_returns_is_asked_about_and_measures_nothing_alone()
    {
        using var test = new TestHome();
        var time = new FakeClock(Start);
        await using (var ledger = test.Open(time))
        {
            time.Step(TimeSpan.FromDays(3650));
            await ledger.ConfirmClockAsync();
            await TestHome.ExchangeAsync(ledger, "wrong year", "answer");
            time.Step(TimeSpan.FromDays(-3650));
            await TestHome.ExchangeAsync(ledger, "after", "answer");
            Assert.Equal((true, 0L), await PurgeAsync(ledger));
            // Time on record stays until somebody says which of the two is right, but it does not stand still.
            time.Advance(TimeSpan.FromHours(1));
            Assert.InRange(ledger.Now, Start.AddDays(3650), Start.AddDays(3651));
            Assert.True(ledger.Now >= Start.AddDays(3650).AddHours(1));
            await ledger.ConfirmClockAsync();
            Assert.InRange(ledger.Now, Start, Start.AddHours(2));
            await TestHome.ExchangeAsync(ledger, "right", "answer");
            Assert.Equal((false, 0L), await PurgeAsync(ledger));
        }

        await using (var ledger = test.Open(time))
        {
            time.Advance(TimeSpan.FromDays(8));
            Assert.Equal((false, 3L), await PurgeAsync(ledger));
            time.Advance(TimeSpan.FromDays(23));
            Assert.Equal((false, 3L), await PurgeAsync(ledger));
        }

        Assert.Empty(test.Verify().Faults);
    }

    [Fact]
    public async Task Time_that_goes_back_without_a_step_on_record_is_tampering()
    {
        using var test = new TestHome();
        var time = new FakeClock(Start);
        await using (var ledger = test.Open(time))
        {
            await TestHome.ExchangeAsync(ledger);
            time.Step(TimeSpan.FromDays(3650));
            await TestHome.ExchangeAsync(ledger);
            time.Step(TimeSpan.FromDays(-3650));
            await TestHome.ExchangeAsync(ledger);
        }

        Assert.True(test.Verify().IsGood);
        // Who hides the step, and makes hash and tree fit, meets the time of the next leaf.
        using var reader = LedgerReader.OpenReadOnly(test.Home);
        var step = reader.ReadActs(0, 100).Single(entry => entry.Leaf!.Entry is ClockStepEntry { Since: not null });
        var leaf = reader.FindEntry(step.Index + 1)!;
        Assert.True(leaf.Leaf!.Time < reader.FindEntry(step.Index - 1)!.Leaf!.Time);
        test.Execute(
            "UPDATE ledger_entry SET leaf = CAST(replace(CAST(leaf AS TEXT), '\"since\"', '\"sinse\"') AS BLOB) "
            + "WHERE idx = $index", ("$index", step.Index));
        Assert.Equal(step.Index, Assert.Single(test.Verify().Faults).Index);
    }

    [Fact]
    public async Task What_is_searched_by_time_is_found_on_both_sides_of_a_wrong_year()
    {
        using var test = new TestHome();
        var time = new FakeClock(Start);
        await using var ledger = test.Open(time);
        await TestHome.ExchangeAsync(ledger, "before");
        time.Advance(TimeSpan.FromHours(1));
        time.Step(TimeSpan.FromDays(3650));
        var wrong = await TestHome.ExchangeAsync(ledger, "wrong year");
        time.Step(TimeSpan.FromDays(-3650));
        time.Advance(TimeSpan.FromHours(1));
        var after = await TestHome.ExchangeAsync(ledger, "after");

        using var reader = LedgerReader.OpenReadOnly(test.Home);
        Assert.Equal(
            [wrong, after],
            reader.ReadExchanges(null, reader.FirstSince(Start.AddMinutes(30)), 10).Select(row => row.Id));
        Assert.Equal(
            [after],
            reader.ReadExchanges(null, reader.FirstSince(Start.AddHours(2)), 10).Select(row => row.Id));
        Assert.Equal(TimeSpan.Zero, reader.ReadSpans().AheadOf(reader.FindExchange(after)!.Index));
        Assert.Equal(
            3650, (int)reader.ReadSpans().AheadOf(reader.FindExchange(wrong)!.Index).TotalDays);
    }

    private static async Task<(bool IsClockInDoubt, long Payloads)> PurgeAsync(SqliteLedger ledger)
    {
        var result = await ledger.PurgeDueAsync(CancellationToken.None);
        Assert.Equal(LedgerRefusal.None, result.Refusal);
        return (result.IsClockInDoubt, result.Payloads);
    }

    private static List<ClockStepEntry> Steps(TestHome test)
    {
        using var reader = LedgerReader.OpenReadOnly(test.Home);
        return [.. reader.ReadActs(0, 1000).Select(entry => entry.Leaf!.Entry).OfType<ClockStepEntry>()];
    }
}
