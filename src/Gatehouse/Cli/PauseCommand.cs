using System.CommandLine;
using System.Text.Json;

namespace Gatehouse.Cli;

/// <summary>The stop button and its undo.</summary>
internal static class PauseCommand
{
    public static Command CreatePause() => Create("pause",
        "Stop a job, or all: new calls are refused and streams in flight are cut.\n\n" +
        "Examples:\n  gatehouse pause news-summariser --why \"posts nonsense\"\n  gatehouse pause --all",
        line => $"Paused {NameOf(line, "paused")}; {line.GetProperty("cut").GetInt32()} call(s) in flight were cut.");

    public static Command CreateResume() => Create("resume",
        "Let a paused job, or all, call again.\n\nExamples:\n  gatehouse resume news-summariser\n"
            + "  gatehouse resume --all",
        line => $"Resumed {NameOf(line, "resumed")}.");

    private static Command Create(string verb, string help, Func<JsonElement, string> sentence)
    {
        var job = new Argument<string?>("JOB") { Description = "The job", Arity = ArgumentArity.ZeroOrOne };
        var all = new Option<bool>("--all") { Description = "All jobs, also those declared later" };
        var why = new Option<string>("--why") { Description = "The reason, for the record" };
        var command = new Command(verb, help) { job, all, why, HomeOption.Create(), JsonOption.Create() };
        command.Validators.Add(result =>
        {
            if (result.GetValue(job) is not null == result.GetValue(all))
                result.AddError("Name one job, or give --all.");
        });
        command.SetAction((result, stop) =>
        {
            var arguments = new Dictionary<string, string>();
            if (result.GetValue(job) is { } name) arguments["job"] = name;
            if (result.GetValue(all)) arguments["all"] = "true";
            if (result.GetValue(why) is { } reason) arguments["why"] = reason;
            return new ActionClient(HomeOption.Resolve(result), verb, arguments)
            {
                OnLine = JsonOption.Printer(result, sentence),
            }.RunAsync(stop);
        });
        return command;
    }

    private static string NameOf(JsonElement line, string member)
        => line.GetProperty(member).GetString() is "*" ? "all jobs" : $"job {line.GetProperty(member).GetString()}";
}

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
                    JsonLines.Write(Console.Out, line);
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
