using Gatehouse.Gate;

namespace Gatehouse.Acts;

/// <summary>The stop button. Stopping acts first and is recorded after; resuming is recorded first.</summary>
internal static class PauseActs
{
    public static async Task PauseAsync(ActCall call)
    {
        var pause = new Pause(TargetOf(call), call.Actor.Name, call.House.Ledger.Now, call.Argument("why") ?? "");
        call.House.Pauses.Add(pause);
        var cut = call.House.InFlight?.Cut(pause) ?? 0;
        var details = new Dictionary<string, string>
        {
            ["job"] = pause.Job,
            ["cut"] = cut.ToString(System.Globalization.CultureInfo.InvariantCulture),
        };
        if (pause.Why.Length > 0) details["why"] = pause.Why;
        await call.House.RecordAfterAsync(call.Actor, "pause", details, new PauseChange(pause, lifted: false));
        await call.WriteAsync(json =>
        {
            json.WriteString("paused", pause.Job);
            json.WriteNumber("cut", cut);
        });
    }

    public static async Task ResumeAsync(ActCall call)
    {
        var job = TargetOf(call);
        var pause = call.House.Pauses.All.FirstOrDefault(pause => pause.Job == job)
            ?? throw new ActException(job == PauseBook.AllJobs
                ? "The pause of all jobs is not on. Paused: " + Paused(call)
                : $"Job '{job}' is not paused by itself. Paused: {Paused(call)}");
        var details = new Dictionary<string, string> { ["job"] = job };
        if (call.Argument("why") is { Length: > 0 } why) details["why"] = why;
        await call.House.RecordAsync(call.Actor, "resume", details, new PauseChange(pause, lifted: true));
        call.House.Pauses.Remove(job);
        await call.WriteAsync(json => json.WriteString("resumed", job));
    }

    private static string TargetOf(ActCall call)
        => call.Flag("all") ? PauseBook.AllJobs : call.House.JobOf(call.Required("job")).Key;

    private static string Paused(ActCall call)
    {
        var jobs = call.House.Pauses.All.Select(pause => pause.Job == PauseBook.AllJobs ? "--all" : pause.Job)
            .ToArray();
        return jobs.Length == 0 ? "nothing." : string.Join(", ", jobs) + ".";
    }
}
