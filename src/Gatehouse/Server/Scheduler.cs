using Gatehouse.Actions;

namespace Gatehouse.Server;

/// <summary>When a schedule runs besides every so often.</summary>
internal enum FirstRun
{
    /// <summary>At once, then at each interval.</summary>
    Now,

    /// <summary>After the first interval.</summary>
    Later,

    /// <summary>After the first interval, and once more when the server stops.</summary>
    LaterAndAtTheEnd,
}

/// <summary>
/// Runs what recurs. Each schedule runs by itself and never twice at once, and the scheduler knows when it ran last,
/// what that did, and when it runs next.
/// </summary>
internal sealed class Scheduler(TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly List<ScheduleState> _states = [];

    /// <summary>The schedules, in the order in which they were started.</summary>
    public IReadOnlyList<ScheduleState> States
    {
        get { lock (_lock) return [.. _states]; }
    }

    /// <summary>Runs a schedule until it is stopped, or until a run throws.</summary>
    /// <param name="name">What it does, for people: <c>purge what is due</c>.</param>
    /// <param name="every">The time from the end of one run to the start of the next.</param>
    /// <param name="first">When the first run is.</param>
    /// <param name="run">One run. It returns what it did; null if there was nothing to do.</param>
    /// <param name="stop">Ends the schedule; a run that has begun ends by itself.</param>
    public async Task RunAsync(
        string name, TimeSpan every, FirstRun first, Func<CancellationToken, Task<string?>> run, CancellationToken stop)
    {
        var now = time.GetUtcNow();
        int place;
        lock (_lock)
        {
            place = _states.Count;
            _states.Add(new ScheduleState(name, every, null, first == FirstRun.Now ? now : now + every, null));
        }
        if (first != FirstRun.Now) await WaitAsync(every, stop);
        while (!stop.IsCancellationRequested)
        {
            await RunOnceAsync(place, run, stop);
            await WaitAsync(every, stop);
        }
        if (first == FirstRun.LaterAndAtTheEnd) await RunOnceAsync(place, run, stop);
    }

    private async Task RunOnceAsync(int place, Func<CancellationToken, Task<string?>> run, CancellationToken stop)
    {
        var began = time.GetUtcNow();
        var did = await run(stop);
        lock (_lock)
        {
            var before = _states[place];
            _states[place] = before with
            {
                Last = began,
                Next = time.GetUtcNow() + before.Every,
                Result = did ?? "nothing to do",
            };
        }
    }

    private async Task WaitAsync(TimeSpan every, CancellationToken stop)
        => await Task.Delay(every, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
