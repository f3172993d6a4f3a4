using System.Text.Json;
using Gatehouse.Storage;

namespace Gatehouse.Actions;

/// <summary>
/// How a server is, on one screen: what <c>gatehouse status</c> shows and prints as JSON. The server
/// collects it; schedules come from its scheduler.
/// </summary>
internal sealed record ServerStatus
{
    public required string Version { get; init; }

    public required DateTimeOffset Started { get; init; }

    public required DateTimeOffset Now { get; init; }

    /// <summary>What stands in the way of calls just now, as a sentence; null if nothing does.</summary>
    public required string? Obstacle { get; init; }

    public required LedgerHealth Ledger { get; init; }

    public required IReadOnlyList<ListenerState> Listeners { get; init; }

    public required IReadOnlyList<ScheduleState> Schedules { get; init; }

    public required IReadOnlyList<StoredPause> Pauses { get; init; }

    /// <summary>Why the estate file on disk is not in force; empty if it is.</summary>
    public required IReadOnlyList<string> PlanProblems { get; init; }

    /// <summary>What changed since the adoption; empty if nothing did, or nobody looked.</summary>
    public required IReadOnlyList<string> AdoptionChanges { get; init; }

    public required int Jobs { get; init; }

    public required int InFlight { get; init; }

    /// <summary>Since the start: calls on record, refused calls of known jobs, unidentified callers.</summary>
    public required (long Recorded, long Refused, long Unidentified) Calls { get; init; }

    /// <summary>Whether calls can be recorded.</summary>
    public bool IsWriting => Ledger.State is LedgerState.Writing or LedgerState.NearlyFull;

    /// <summary>
    /// What a person should look at, the worst first; empty if all is well. A pause is no problem: a person ordered it.
    /// </summary>
    public IReadOnlyList<string> Problems() =>
    [
        .. Obstacle is null ? [] : new[] { Obstacle },
        .. IsWriting || Obstacle is not null ? [] : new[] { $"ledger: {Ledger.State}: {Ledger.Reason}" },
        .. Ledger.State == LedgerState.NearlyFull
            ? [$"ledger: {Ledger.PercentUsed:0} % of bytes-max is used; at 100 % calls are refused"]
            : Array.Empty<string>(),
        .. Ledger.IsClockInDoubt
            ? ["clock: it jumped, and nothing has confirmed it. Check it, then run: gatehouse ledger confirm-clock"]
            : Array.Empty<string>(),
        .. PlanProblems.Select(static problem => $"estate: the file on disk is not in force: {problem}"),
        .. Listeners.Where(static one => one.Problem is not null)
            .Select(static one => $"listener: {one.Address} is not open: {one.Problem}"),
        .. AdoptionChanges.Select(static change => $"adoption: {change}"),
    ];

    /// <summary>Writes the members of one JSON object.</summary>
    public void Write(Utf8JsonWriter json)
    {
        var problems = Problems();
        json.WriteBoolean("well", problems.Count == 0);
        WriteAll(json, "problems", problems);
        json.WriteString("version", Version);
        json.WriteString("started", Started);
        json.WriteString("now", Now);
        json.WriteNumber("jobs", Jobs);
        json.WriteStartArray("paused");
        foreach (var pause in Pauses)
        {
            json.WriteStartObject();
            json.WriteString("job", pause.Job);
            json.WriteString("by", pause.Who);
            json.WriteString("since", pause.Since);
            json.WriteString("why", pause.Why);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartObject("calls");
        json.WriteNumber("in-flight", InFlight);
        json.WriteNumber("recorded", Calls.Recorded);
        json.WriteNumber("refused", Calls.Refused);
        json.WriteNumber("unidentified", Calls.Unidentified);
        json.WriteEndObject();
        WriteLedger(json);
        json.WriteStartArray("listeners");
        foreach (var one in Listeners)
        {
            json.WriteStartObject();
            json.WriteString("for", one.For);
            json.WriteString("address", one.Address);
            json.WriteBoolean("open", one.Problem is null);
            if (one.Problem is not null) json.WriteString("problem", one.Problem);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("schedules");
        foreach (var one in Schedules)
        {
            json.WriteStartObject();
            json.WriteString("name", one.Name);
            json.WriteNumber("every-seconds", one.Every.TotalSeconds);
            if (one.Last is { } last) json.WriteString("last", last);
            if (one.Next is { } next) json.WriteString("next", next);
            if (one.Result is not null) json.WriteString("result", one.Result);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private void WriteLedger(Utf8JsonWriter json)
    {
        json.WriteStartObject("ledger");
        json.WriteBoolean("writing", IsWriting);
        if (Ledger.Reason.Length > 0) json.WriteString("reason", Ledger.Reason);
        json.WriteNumber("entries", Ledger.Entries);
        json.WriteNumber("signed", Ledger.SignedTo);
        json.WriteNumber("bytes", Ledger.BytesUsed);
        json.WriteNumber("bytes-max", Ledger.BytesMax);
        if (Ledger.DaysLeft is { } days) json.WriteNumber("days-left", Math.Round(days, 1));
        json.WriteNumber("queued", Ledger.Queued);
        json.WriteBoolean("clock-in-doubt", Ledger.IsClockInDoubt);
        json.WriteEndObject();
    }

    private static void WriteAll(Utf8JsonWriter json, string name, IEnumerable<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts) json.WriteStringValue(text);
        json.WriteEndArray();
    }
}

/// <summary>A schedule of the server.</summary>
/// <param name="Name">What it does, for people.</param>
/// <param name="Every">From the end of one run to the start of the next.</param>
/// <param name="Last">When the last run began; null before the first.</param>
/// <param name="Next">When the next run begins.</param>
/// <param name="Result">What the last run did.</param>
internal sealed record ScheduleState(
    string Name, TimeSpan Every, DateTimeOffset? Last, DateTimeOffset? Next, string? Result);

/// <summary>A listener of the server, open or wanted.</summary>
/// <param name="For">Whom it serves: <see cref="WithToken"/>, <see cref="People"/>, or <c>job NAME</c>.</param>
/// <param name="Address">Its address, with the port that the system chose.</param>
/// <param name="Problem">Why it is not open; null if it is.</param>
internal sealed record ListenerState(string For, string Address, string? Problem)
{
    public const string WithToken = "jobs with a token";

    public const string People = "people";
}

/// <summary>Says how the server is.</summary>
internal static class StatusAction
{
    public static async Task RunAsync(ActionCall call)
    {
        if (call.Context.Status is not { } read)
        {
            throw new ActionException(
                "No gate runs on this home. Start it with: gatehouse serve", ExitCodes.Unavailable);
        }
        var status = await read(call.Stop);
        await call.WriteAsync(status.Write);
    }
}
