using System.CommandLine;
using Gatehouse.Actions;
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
