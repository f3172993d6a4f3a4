using Gatehouse.Gate;
using Gatehouse.Storage;

namespace Gatehouse.Actions;

/// <summary>The stop button. Stopping acts first and is recorded after; resuming is recorded first.</summary>
internal static class PauseActions
{
    public static async Task PauseAsync(ActionCall call)
    {
        var (who, now) = (call.Actor.Name, call.Context.Ledger.Now);
        var pause = new StoredPause(TargetOf(call), who, now, call.Argument("why") ?? "");
        call.Context.Pauses.Add(pause);
        var cut = call.Context.InFlight?.Cut(pause) ?? 0;
        var details = new Dictionary<string, string>
        {
            ["job"] = pause.Job,
            ["cut"] = cut.ToString(System.Globalization.CultureInfo.InvariantCulture),
        };
        if (pause.Why.Length > 0) details["why"] = pause.Why;
        await call.Context.RecordAfterAsync(call.Actor, "pause", details, new StateChange.PauseJob(pause));
        await call.WriteAsync(json =>
        {
            json.WriteString("paused", pause.Job);
            json.WriteNumber("cut", cut);
        });
    }

    public static async Task ResumeAsync(ActionCall call)
    {
        var job = TargetOf(call);
        if (call.Context.Pauses.All.All(pause => pause.Job != job))
        {
            throw new ActionException(job == PauseBook.AllJobs
                ? "The pause of all jobs is not on. Paused: " + Paused(call)
                : $"Job '{job}' is not paused by itself. Paused: {Paused(call)}");
        }
        var details = new Dictionary<string, string> { ["job"] = job };
        if (call.Argument("why") is { Length: > 0 } why) details["why"] = why;
        await call.Context.RecordAsync(call.Actor, "resume", details, new StateChange.ResumeJob(job));
        call.Context.Pauses.Remove(job);
        await call.WriteAsync(json => json.WriteString("resumed", job));
    }

    private static string TargetOf(ActionCall call)
        => call.Flag("all") ? PauseBook.AllJobs : call.Context.JobOf(call.Required("job")).Key;

    private static string Paused(ActionCall call)
    {
        var jobs = call.Context.Pauses.All.Select(pause => pause.Job == PauseBook.AllJobs ? "--all" : pause.Job)
            .ToArray();
        return jobs.Length == 0 ? "nothing." : string.Join(", ", jobs) + ".";
    }
}
