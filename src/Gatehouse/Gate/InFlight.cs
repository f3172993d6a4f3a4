using System.Collections.Concurrent;
using Gatehouse.Core.Traffic;

namespace Gatehouse.Gate;

/// <summary>The calls that are in the gate right now, so that a pause can cut them.</summary>
internal sealed class InFlight(TimeProvider time)
{
    private readonly ConcurrentDictionary<GateCall, byte> _calls = new();

    /// <summary>Later than this, the watch over calls does not work.</summary>
    public static TimeSpan SweepOverdue { get; } = TimeSpan.FromSeconds(15);

    private long _lastSwept = time.GetTimestamp();

    public int Count => _calls.Count;

    /// <summary>When calls were last looked at; a timestamp of the monotonic clock.</summary>
    public long LastSwept => Volatile.Read(ref _lastSwept);

    public void Enter(GateCall call) => _calls.TryAdd(call, 0);

    public void Leave(GateCall call) => _calls.TryRemove(call, out _);

    /// <summary>
    /// Ends the calls whose time is over, once a second: cheaper than a timer for each, and exact enough.
    /// </summary>
    public async Task SweepAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            await Task.Delay(TimeSpan.FromSeconds(1), time, stop)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            var now = time.GetTimestamp();
            Volatile.Write(ref _lastSwept, now);
            foreach (var (call, _) in _calls) call.EndIfOverdue(now);
        }
    }

    /// <summary>Cuts every call that fits. Never waits: whoever holds the call ends and records it.</summary>
    public int Cut(Func<GateCall, bool> fits, Func<GateCall, Refusal> why)
    {
        var cut = 0;
        foreach (var (call, _) in _calls)
        {
            if (!fits(call)) continue;
            call.Cut(why(call));
            cut++;
        }
        return cut;
    }

    /// <summary>Cuts what a pause stops.</summary>
    public int Cut(Pause pause) => Cut(
        call => pause.Job == PauseBook.AllJobs || call.Caller.Job.Key == pause.Job,
        call => Admission.Paused(call.Caller.Job.Key, pause));

    /// <summary>Cuts the calls that a token let in.</summary>
    public int CutToken(string tokenId) => Cut(
        call => call.Caller.Token?.Id == tokenId,
        static _ => new Refusal(RefusalKind.BadToken, "The token was revoked while the call was under way."));
}
