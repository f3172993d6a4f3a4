using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Gatehouse.Actions;

namespace Gatehouse.Cli;

/// <summary><c>gatehouse status</c>: one screen that says whether all is well.</summary>
internal static class StatusCommand
{
    private const int LabelWidth = 12;

    public static Command Create()
    {
        var command = new Command("status", """
            Say on one screen whether all is well: exit 0, else 1 with the problems first, or 4 if no gate runs.

            Examples:
              gatehouse status
              gatehouse status --json
            """) { HomeOption.Create(), JsonOption.Create() };
        command.SetAction(static async (result, stop) =>
        {
            var home = HomeOption.Resolve(result);
            var isWell = true;
            var exit = await ActionClient.OrderAsync(home, "status", [], stop, line =>
            {
                isWell = line.GetProperty("well").GetBoolean();
                if (JsonOption.IsSet(result)) JsonLines.Write(Console.Out, line);
                else Write(line, Console.Out);
            });
            if (exit is null)
            {
                return ActionClient.Say(
                    $"No gate runs on {home}. Start it with: gatehouse serve{HomeOption.Shown(home)}",
                    ExitCodes.Unavailable);
            }
            return exit != ExitCodes.Done ? exit.Value : isWell ? ExitCodes.Done : ExitCodes.Failed;
        });
        return command;
    }

    private static void Write(JsonElement status, TextWriter output)
    {
        var problems = status.GetProperty("problems").EnumerateArray().Select(Text).ToArray();
        var now = status.GetProperty("now").GetDateTimeOffset();
        var verdict = problems.Length switch
        {
            0 => "all is well",
            1 => "1 problem",
            _ => $"{problems.Length} problems",
        };
        output.WriteLine($"Gatehouse {Text(status.GetProperty("version"))}: {verdict}"
            + $", up {Span(now - status.GetProperty("started").GetDateTimeOffset())}");
        foreach (var problem in problems) output.WriteLine($"  ! {problem}");
        output.WriteLine();
        var facts = new TextTable(new("", WidthMin: LabelWidth), new("", ColumnKind.Words)) { Indent = "  " };
        facts.Add("ledger", Ledger(status.GetProperty("ledger")));
        var calls = status.GetProperty("calls");
        facts.Add("calls", $"{Number(calls, "in-flight")} in flight; since the start {Number(calls, "recorded")} "
            + $"recorded, {Number(calls, "refused")} refused, "
            + $"{Number(calls, "unidentified")} from unidentified callers");
        var paused = status.GetProperty("paused").EnumerateArray().Select(Pause).ToArray();
        facts.Add("jobs", $"{Number(status, "jobs")}, {(paused.Length == 0 ? "none paused" : "paused:")}");
        foreach (var pause in paused) facts.Add("", pause);
        facts.Write(output);
        output.WriteLine();
        var listeners = new TextTable(
            new("listener"), new("for"), new("", ColumnKind.Words))
        { Indent = "  " };
        foreach (var one in status.GetProperty("listeners").EnumerateArray())
        {
            listeners.Add(Text(one.GetProperty("address")), Text(one.GetProperty("for")),
                one.TryGetProperty("problem", out var why) ? $"NOT OPEN: {Text(why)}" : "");
        }
        if (!listeners.IsEmpty) listeners.Write(output);
        output.WriteLine();
        var schedules = new TextTable(
            new("schedule"), new("last run"), new("result", ColumnKind.Words), new("next run"))
        { Indent = "  " };
        foreach (var one in status.GetProperty("schedules").EnumerateArray()) schedules.Add(Schedule(one, now));
        if (!schedules.IsEmpty) schedules.Write(output);
    }

    private static string Ledger(JsonElement ledger)
    {
        var (used, max) = (ledger.GetProperty("bytes").GetInt64(), ledger.GetProperty("bytes-max").GetInt64());
        var state = ledger.GetProperty("writing").GetBoolean() ? "writing" : "NOT WRITING";
        var days = ledger.TryGetProperty("days-left", out var left)
            ? string.Create(CultureInfo.InvariantCulture, $", full in about {left.GetDouble():0} days") : "";
        return string.Create(CultureInfo.InvariantCulture,
            $"{state}, {Number(ledger, "entries")} entries, {Number(ledger, "signed")} signed; "
            + $"{Size(used)} of {Size(max)} ({(max == 0 ? 100 : 100.0 * used / max):0} %){days}");
    }

    private static string Pause(JsonElement pause)
    {
        var job = Text(pause.GetProperty("job"));
        var why = Text(pause.GetProperty("why"));
        return $"{(job == "*" ? "all jobs" : job)}, by {Text(pause.GetProperty("by"))} since "
            + $"{Time(pause.GetProperty("since").GetDateTimeOffset())} UTC{(why.Length > 0 ? $": {why}" : "")}";
    }

    private static TextCell[] Schedule(JsonElement one, DateTimeOffset now)
    {
        var hasRun = one.TryGetProperty("last", out var began);
        var next = one.TryGetProperty("next", out var at) && at.GetDateTimeOffset() > now
            ? $"in {Span(at.GetDateTimeOffset() - now)}" : "now";
        return
        [
            Text(one.GetProperty("name")), hasRun ? $"{Span(now - began.GetDateTimeOffset())} ago" : "not yet",
            hasRun ? Text(one.GetProperty("result")) : "", next,
        ];
    }

    private static string Text(JsonElement value) => SafeText.OneLine(value.GetString() ?? "");

    private static string Number(JsonElement of, string name)
        => of.GetProperty(name).GetInt64().ToString("#,0", CultureInfo.InvariantCulture);

    private static string Time(DateTimeOffset time)
        => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);

    /// <summary>Two units at most: nobody reads the seconds of a day.</summary>
    private static string Span(TimeSpan span)
    {
        var positive = span < TimeSpan.Zero ? TimeSpan.Zero : span;
        return positive switch
        {
            { TotalDays: >= 1 } => $"{positive.Days} d {positive.Hours} h",
            { TotalHours: >= 1 } => $"{positive.Hours} h {positive.Minutes} min",
            { TotalMinutes: >= 1 } => $"{positive.Minutes} min {positive.Seconds} s",
            _ => $"{positive.Seconds} s",
        };
    }

    /// <summary>With one decimal; the exact bytes are in the JSON.</summary>
    private static string Size(long bytes) => bytes switch
    {
        >= 1L << 30 => FormattableString.Invariant($"{(double)bytes / (1L << 30):0.#} GiB"),
        >= 1L << 20 => FormattableString.Invariant($"{(double)bytes / (1L << 20):0.#} MiB"),
        _ => FormattableString.Invariant($"{(double)bytes / 1024:0.#} KiB"),
    };
}
