using System.Buffers;
using System.CommandLine;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Gatehouse.Core.Estate;
using Gatehouse.Estate;
using Spectre.Console;

namespace Gatehouse.Cli;

/// <summary><c>gatehouse jobs</c>: what the estate declares, with the risk of each job and every reason.</summary>
internal static class JobsCommand
{
    private const int UnusableEstate = 2; // Exit code; 1 is left to failures of the program itself.

    public static Command Create()
    {
        var json = new Option<bool>("--json") { Description = "Print one JSON object a line, riskiest job first" };
        var command = new Command("jobs", """
            Check the estate and show every job with its risk and the reasons.

            Examples:
              gatehouse jobs
              gatehouse jobs --home /srv/gatehouse --json
            """) { HomeOption.Create(), json };
        command.SetAction(result => Run(
            HomeOption.Resolve(result), result.GetValue(json),
            result.InvocationConfiguration.Output, result.InvocationConfiguration.Error));
        return command;
    }

    private static int Run(string home, bool json, TextWriter output, TextWriter error)
    {
        var reading = EstateFile.Read(home);
        EstateProblemText.Write(reading, error);
        if (reading.Plan is not { } plan)
            return UnusableEstate;
        var jobs = plan.Jobs.Values
            .Select(job => new ClassifiedJob(job, JobRisk.Assess(job, plan)))
            .OrderByDescending(judged => judged.Risk.Score).ThenBy(judged => judged.Job.Key, StringComparer.Ordinal)
            .ToArray();
        if (json)
            JobsJson.Write(jobs, output);
        else
            JobsTable.Write(jobs, output);
        return 0;
    }
}

/// <summary>Prints jobs as JSON, one object a line.</summary>
internal static class JobsJson
{
    // The output goes to a terminal or a program, never into HTML, so letters beyond ASCII stay readable.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Write(IEnumerable<ClassifiedJob> jobs, TextWriter output)
    {
        var buffer = new ArrayBufferWriter<byte>();
        foreach (var judged in jobs)
        {
            buffer.ResetWrittenCount();
            using (var json = new Utf8JsonWriter(buffer, Options))
                WriteJob(json, judged.Job, judged.Risk);
            output.WriteLine(Encoding.UTF8.GetString(buffer.WrittenSpan));
        }
    }

    private static void WriteJob(Utf8JsonWriter json, JobPlan job, RiskAssessment risk)
    {
        json.WriteStartObject();
        json.WriteString("kind", "job");
        json.WriteString("job", job.Key);
        json.WriteString("owner", job.Owner);
        json.WriteStartArray("models");
        foreach (var model in job.Models)
            json.WriteStringValue(model.Key);
        json.WriteEndArray();
        json.WriteString("trigger", job.Trigger.ToString());
        json.WriteString("source", Words.Of(job.Source.Kind));
        json.WriteString("sink", job.Sink.Key);
        json.WriteString("sink-kind", Words.Of(job.Sink.Kind));
        json.WriteString("mode", Words.Of(job.Mode));
        json.WriteString("level", Words.Of(risk.Level));
        json.WriteNumber("score", risk.Score);
        json.WriteBoolean("flagged", risk.IsFlagged);
        json.WriteStartArray("reasons");
        foreach (var reason in risk.Reasons)
        {
            json.WriteStartObject();
            json.WriteNumber("points", reason.Points);
            json.WriteString("reason", reason.Sentence);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }
}

/// <summary>Prints jobs for people: one table, then the reasons of each job.</summary>
internal static class JobsTable
{
    private const int PipedColumns = 80; // Characters: a pipe has no width, and mails and tickets show 80.

    private const int ColumnsMin = 60; // Characters: below it every word would stand on a line of its own.
    private const int ColumnsMax = 120; // Characters: longer lines are hard to read.

    public static void Write(IReadOnlyList<ClassifiedJob> jobs, TextWriter output)
    {
        var isTerminal = ReferenceEquals(output, Console.Out) && !Console.IsOutputRedirected;
        using var page = new StringWriter();
        var console = ConsoleOn(page, isTerminal);
        if (jobs.Count == 0)
            console.WriteLine("The estate declares no job.");
        else
            console.Write(Overview(jobs));
        foreach (var judged in jobs)
            WriteReasons(console, judged);
        // Tables are padded to their width, which is noise in a pipe, a mail or a diff.
        foreach (var line in page.ToString().TrimEnd().Split('\n'))
            output.WriteLine(line.TrimEnd());
    }

    private static IAnsiConsole ConsoleOn(TextWriter page, bool isTerminal)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(page),
            Ansi = isTerminal && AnsiConsole.Profile.Capabilities.Ansi ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = isTerminal ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
        });
        console.Profile.Width = isTerminal
            ? Math.Clamp(AnsiConsole.Profile.Width, ColumnsMin, ColumnsMax) : PipedColumns;
        return console;
    }

    private static Table Overview(IEnumerable<ClassifiedJob> jobs)
    {
        var table = new Table { Border = TableBorder.Simple };
        foreach (var title in (ReadOnlySpan<string>)["job", "risk", "models", "source → sink", "trigger"])
            table.AddColumn(new TableColumn(new Text(title)) { NoWrap = title is "job" or "risk" });
        foreach (var (job, risk) in jobs)
        {
            var models = string.Join(", ", job.Models.Select(model => model.Key));
            table.AddRow(
                new Text(job.Key), RiskText(risk), new Text(models),
                new Text($"{Words.Of(job.Source.Kind)} → {job.Sink.Key}"), new Text(job.Trigger.ToString()));
        }
        return table;
    }

    private static void WriteReasons(IAnsiConsole console, ClassifiedJob judged)
    {
        var (job, risk) = judged;
        console.Write(new Text(job.Key, new Style(decoration: Decoration.Bold)));
        console.Write(new Text(": "));
        console.Write(RiskText(risk));
        console.Write(risk.IsFlagged ? ", flagged" : "");
        console.WriteLine(job.Mode == JobMode.Observe ? ", observed: guards only record" : "");
        if (risk.Reasons.IsEmpty)
            console.WriteLine("  no risk factors");
        var points = new GridColumn { NoWrap = true, Padding = new Padding(2, 0, 1, 0) };
        var reasons = new Grid().AddColumn(points).AddColumn();
        foreach (var reason in risk.Reasons)
            reasons.AddRow(new Text($"+{reason.Points}"), new Text(reason.Sentence));
        if (!risk.Reasons.IsEmpty)
            console.Write(reasons);
        console.WriteLine();
    }

    private static Text RiskText(RiskAssessment risk)
    {
        var colour = risk.Level switch
        {
            RiskLevel.Low => Color.Green,
            RiskLevel.Medium => Color.Yellow,
            RiskLevel.High => Color.Red,
            RiskLevel.Critical => Color.Red,
            _ => throw new InvalidOperationException($"The level {risk.Level} has no colour."),
        };
        var decoration = risk.Level == RiskLevel.Critical ? Decoration.Bold : Decoration.None;
        return new Text($"{Words.Of(risk.Level)} {risk.Score}", new Style(colour, decoration: decoration));
    }
}

/// <summary>A job and its risk, as the verbs print them.</summary>
internal sealed record ClassifiedJob(JobPlan Job, RiskAssessment Risk);
