using Gatehouse.Core.Estate;
using Spectre.Console;

namespace Gatehouse.Cli;

/// <summary>Prints jobs for people: one table, then the reasons of each job.</summary>
internal static class JobsTable
{
    private const int PipedColumns = 80; // Characters: a pipe has no width, and mails and tickets show 80.

    public static void Write(IReadOnlyList<JudgedJob> jobs, TextWriter output)
    {
        var console = ConsoleOn(output);
        if (jobs.Count == 0)
        {
            console.WriteLine("The estate declares no job.");
            return;
        }
        console.Write(Overview(jobs));
        foreach (var judged in jobs)
            WriteReasons(console, judged);
    }

    private static IAnsiConsole ConsoleOn(TextWriter output)
    {
        var isTerminal = ReferenceEquals(output, Console.Out) && !Console.IsOutputRedirected;
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(output),
            Ansi = isTerminal ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = isTerminal ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
        });
        if (!isTerminal)
            console.Profile.Width = PipedColumns;
        return console;
    }

    private static Table Overview(IEnumerable<JudgedJob> jobs)
    {
        var table = new Table { Border = TableBorder.Simple };
        foreach (var title in (ReadOnlySpan<string>)["job", "risk", "models", "source → sink", "trigger"])
            table.AddColumn(new TableColumn(new Text(title)) { NoWrap = title is "job" or "risk" });
        foreach (var (job, risk) in jobs)
        {
            table.AddRow(
                new Text(job.Key), RiskText(risk), new Text(string.Join(", ", job.Models.Select(model => model.Key))),
                new Text($"{Words.Of(job.Source.Kind)} → {job.Sink.Key}"), new Text(job.Trigger.ToString()));
        }
        return table;
    }

    private static void WriteReasons(IAnsiConsole console, JudgedJob judged)
    {
        var (job, risk) = judged;
        console.Write(new Text(job.Key, new Style(decoration: Decoration.Bold)));
        console.Write(new Text(": "));
        console.Write(RiskText(risk));
        console.WriteLine(risk.IsFlagged ? ", flagged" : "");
        if (risk.Reasons.IsEmpty)
            console.WriteLine("   nothing speaks against it");
        var reasons = new Grid().AddColumn(new GridColumn().NoWrap().PadLeft(2)).AddColumn();
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
