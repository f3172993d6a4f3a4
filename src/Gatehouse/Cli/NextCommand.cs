using System.CommandLine;
using Gatehouse.Actions;
using Gatehouse.Adoption;
using Gatehouse.Core.NextSteps;
using Gatehouse.Docker;

namespace Gatehouse.Cli;

/// <summary><c>gatehouse next</c>: the one step that makes this host safer.</summary>
internal static class NextCommand
{
    public static Command Create()
    {
        var done = new Option<bool>("--done")
        {
            Description = "Check that the step shown last worked, and show the next",
        };
        var against = new Option<FileInfo?>("--against")
        {
            Description = "With --done: a checkpoint that was kept elsewhere",
            HelpName = "FILE",
        };
        var command = new Command("next", """
            Name the one next step that makes this host safer: why, its command, its undo. Changes nothing.

            Examples:
              gatehouse next
              gatehouse next --done
              gatehouse next --done --against /mnt/usb/gatehouse.checkpoint
            """) { done, against, EngineOption.Create(), HomeOption.Create(), JsonOption.Create() };
        command.Validators.Add(result =>
        {
            if (result.GetValue(against) is not null && !result.GetValue(done))
                result.AddError("--against is for --done.");
        });
        command.SetAction(async (result, stop) =>
        {
            var asked = new NextRequest(
                HomeOption.Resolve(result), EngineOption.Value(result), result.GetValue(done), result.GetValue(against),
                JsonOption.IsSet(result));
            var output = result.InvocationConfiguration.Output;
            var error = result.InvocationConfiguration.Error;
            try
            {
                return await new NextRun(asked, output, error, TimeProvider.System).RunAsync(stop);
            }
            catch (EngineException problem)
            {
                error.WriteLine($"gatehouse: {SafeText.OneLine(problem.Message)}");
                return ExitCodes.Unavailable;
            }
        });
        return command;
    }
}

/// <summary>What was asked of <c>gatehouse next</c>.</summary>
internal sealed record NextRequest(string Home, string? Docker, bool IsDone, FileInfo? Against, bool Json)
{
    /// <summary>Where the journals of adoptions are; tests have their own.</summary>
    public string Journals { get; init; } = JournalFolder.Usual;

    /// <summary>The user and the engine of the scan.</summary>
    public string Place => $"{(Environment.IsPrivilegedProcess ? "root" : "user")} "
        + (Docker ?? Environment.GetEnvironmentVariable("DOCKER_HOST") ?? "");
}

/// <summary>Prints one step, for people or as one line of JSON.</summary>
internal static class NextText
{
    public static void Write(NextStep step, string heading, bool json, TextWriter output)
    {
        if (json)
        {
            WriteJson(step, heading == "Next", output);
            return;
        }
        WrappedText.Write(output, "", $"{heading}: ", step.Title);
        output.WriteLine();
        new TextTable(new(""), new("", ColumnKind.Words)) { Indent = "  " }
            .Add("Observed", step.Read)
            .Add("Why", step.Why)
            .Add("Fix", step.Command)
            .Add("Undo", step.Undo)
            .Add("Verify", $"gatehouse next --done: {step.Check}")
            .Write(output);
    }

    public static void WriteNothing(bool json, TextWriter output)
    {
        if (json) JsonLines.Write(output, static line => line.WriteString("kind", "none"));
        else output.WriteLine("Nothing is left that this program knows of.");
    }

    private static void WriteJson(NextStep step, bool isNext, TextWriter output) => JsonLines.Write(output, json =>
    {
        json.WriteString("kind", isNext ? "next" : "not-done");
        json.WriteString("key", step.Key);
        json.WriteString("title", step.Title);
        json.WriteString("observed", step.Read);
        json.WriteString("why", step.Why);
        json.WriteString("fix", step.Command);
        json.WriteString("undo", step.Undo);
        json.WriteString("verify", step.Check);
    });
}
