using System.CommandLine;
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
    public static void Write(IEnumerable<ClassifiedJob> jobs, TextWriter output)
    {
        foreach (var judged in jobs) JsonLines.Write(output, json => WriteJob(json, judged.Job, judged.Risk));
    }

    private static void WriteJob(Utf8JsonWriter json, JobPlan job, RiskAssessment risk)
    {
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
    }
}

/// <summary>Prints jobs for people: one table, then the reasons of each job.</summary>
internal static class JobsTable
{
    public static void Write(IReadOnlyList<ClassifiedJob> jobs, TextWriter output)
    {
        if (jobs.Count == 0)
        {
            output.WriteLine("The estate declares no job.");
            return;
        }
        var overview = new TextTable(new("job"), new("risk"), new("models", ColumnKind.Words),
            new("source → sink", ColumnKind.Words), new("trigger", ColumnKind.Words))
        { Indent = "  " };
        foreach (var (job, risk) in jobs)
        {
            overview.Add(job.Key, RiskCell(risk), string.Join(", ", job.Models.Select(model => model.Key)),
                $"{Words.Of(job.Source.Kind)} → {job.Sink.Key}", job.Trigger.ToString());
        }
        overview.Write(output);
        foreach (var one in jobs) WriteReasons(output, one.Job, one.Risk);
    }

    private static void WriteReasons(TextWriter output, JobPlan job, RiskAssessment risk)
    {
        output.WriteLine();
        output.WriteLine($"{job.Key}: {Words.Of(risk.Level)} {risk.Score}{(risk.IsFlagged ? ", flagged" : "")}"
            + (job.Mode == JobMode.Observe ? ", observed: guards only record" : ""));
        if (risk.Reasons.IsEmpty) output.WriteLine("  no risk factors");
        var reasons = new TextTable(new(""), new("", ColumnKind.Words)) { Indent = "  ", Gap = " " };
        foreach (var reason in risk.Reasons) reasons.Add($"+{reason.Points}", reason.Sentence);
        reasons.Write(output);
    }

    private static TextCell RiskCell(RiskAssessment risk) => new(
        $"{Words.Of(risk.Level)} {risk.Score}", risk.Level switch
        {
            RiskLevel.Low => new Style(Color.Green),
            RiskLevel.Medium => new Style(Color.Yellow),
            RiskLevel.High => new Style(Color.Red),
            RiskLevel.Critical => new Style(Color.Red, decoration: Decoration.Bold),
            _ => throw new InvalidOperationException($"The level {risk.Level} has no colour."),
        });
}

/// <summary>A job and its risk, as the verbs print them.</summary>
internal sealed record ClassifiedJob(JobPlan Job, RiskAssessment Risk);
