using Gatehouse.Server;
using Microsoft.Extensions.Time.Testing;

namespace Gatehouse.Tests.Server;

/// <summary>What recurs runs on time, never twice at once, and is known by its last and next run.</summary>
public sealed class SchedulerTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 28, 12, 0, 0, TimeSpan.Zero));

    [Fact]
    public async Task A_schedule_knows_when_it_ran_what_it_did_and_when_it_runs_next()
    {
        using var stop = new CancellationTokenSource();
        var scheduler = new Scheduler(_time);
        var runs = 0;
        var running = scheduler.RunAsync("count", Minute, FirstRun.Later,
            _ => Task.FromResult(++runs == 1 ? null : $"run {runs}"), stop.Token);

        var state = Assert.Single(scheduler.States);
        Assert.Equal(("count", Minute, null, (string?)null), (state.Name, state.Every, state.Last, state.Result));
        Assert.Equal(_time.GetUtcNow() + Minute, state.Next);
        await AdvanceAsync(() => runs == 1);
        Assert.Equal("nothing to do", scheduler.States[0].Result);
        await AdvanceAsync(() => runs == 2);

        state = scheduler.States[0];
        Assert.Equal(("run 2", _time.GetUtcNow(), _time.GetUtcNow() + Minute), (state.Result, state.Last, state.Next));
        await stop.CancelAsync();
        await running;
        Assert.Equal(2, runs);
    }

    [Theory]
    [InlineData(FirstRun.Now, 1, 1)]
    [InlineData(FirstRun.Later, 0, 0)]
    [InlineData(FirstRun.LaterAndAtTheEnd, 0, 1)]
    internal async Task The_first_run_is_at_once_or_later_and_the_last_may_be_at_the_end(
        FirstRun first, int atOnce, int afterStop)
    {
        using var stop = new CancellationTokenSource();
        var runs = 0;
        var running = new Scheduler(_time).RunAsync("count", Minute, first, _ =>
        {
            runs++;
            return Task.FromResult<string?>(null);
        }, stop.Token);

        Assert.Equal(atOnce, runs);
        await stop.CancelAsync();
        await running;
        Assert.Equal(afterStop, runs);
    }

    [Fact]
    public async Task A_run_that_takes_longer_than_its_interval_is_not_started_again_meanwhile()
    {
        using var stop = new CancellationTokenSource();
        var release = new TaskCompletionSource();
        var runs = 0;
        var running = new Scheduler(_time).RunAsync("slow", Minute, FirstRun.Now, async _ =>
        {
            runs++;
            await release.Task;
            return null;
        }, stop.Token);

        for (var i = 0; i < 5; i++) _time.Advance(Minute);
        Assert.Equal(1, runs);

        release.SetResult();
        await AdvanceAsync(() => runs == 2);
        await stop.CancelAsync();
        await running;
    }

    [Fact]
    public async Task A_run_that_fails_ends_its_schedule_and_is_not_swallowed()
    {
        var running = new Scheduler(_time).RunAsync("fail", Minute, FirstRun.Now,
            _ => throw new InvalidDataException("no"), TestContext.Current.CancellationToken);

        Assert.Equal("no", (await Assert.ThrowsAsync<InvalidDataException>(() => running)).Message);
    }

    private async Task AdvanceAsync(Func<bool> isThere)
    {
        _time.Advance(Minute);
        for (var i = 0; i < 500 && !isThere(); i++) await Task.Delay(10, TestContext.Current.CancellationToken);
        Assert.True(isThere());
    }
}
