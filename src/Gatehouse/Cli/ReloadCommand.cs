using System.CommandLine;

namespace Gatehouse.Cli;

/// <summary>Puts the changed estate file in force.</summary>
internal static class ReloadCommand
{
    public static Command Create()
    {
        var command = new Command("reload",
            "Read gatehouse.yaml again. A valid file is in force for new calls; an invalid one changes nothing.\n\n"
                + "Example:\n  gatehouse reload")
        {
            HomeOption.Create(), JsonOption.Create(),
        };
        command.SetAction((result, stop) => new ActionClient(HomeOption.Resolve(result), "reload", [])
        {
            OnLine = line =>
            {
                if (JsonOption.IsSet(result))
                {
                    Console.Out.WriteLine(line.GetRawText());
                    return;
                }
                var changes = line.GetProperty("changes");
                Console.Out.WriteLine(changes.GetArrayLength() == 0 ? "Reloaded; nothing changed." : "Reloaded:");
                foreach (var change in changes.EnumerateArray()) Console.Out.WriteLine("  " + change.GetString());
            },
        }.RunAsync(stop));
        return command;
    }
}
