using Gatehouse.Core.Estate;
using Spectre.Console;

namespace Gatehouse.Cli;

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
