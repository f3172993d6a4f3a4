using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Gatehouse.Cli;

/// <summary>The verbs, in the order in which a user meets them.</summary>
internal static class RootVerb
{
    public static RootCommand Create() => ListedHelp.Use(new(
        "Gatehouse stands between the AI jobs of a home and the models they call:\n" +
        "every call is identified, limited, recorded, and can be stopped.\n\n" +
        "Apps in containers: gatehouse discover, then sudo gatehouse adopt.\n" +
        "Anything else: gatehouse init, then gatehouse serve.\n" +
        "Exit codes: 0 done, 1 the answer is no, 2 unusable input, 4 not available, 70 ledger in doubt.")
    {
        InitCommand.Create(),
        ServeCommand.Create(),
        JobsCommand.Create(),
        DiscoverCommand.Create(),
        AdoptCommand.Create(),
        InspectCommand.Create(),
        NextCommand.Create(),
        TokenCommand.Create(),
        ConnectCommand.Create(),
        ExecCommand.Create(),
        PauseCommand.CreatePause(),
        PauseCommand.CreateResume(),
        ReloadCommand.Create(),
        StatusCommand.Create(),
        GuardCommand.Create(),
        HealthcheckCommand.Create(),
        LedgerCommand.Create(),
        DemoCommand.Create(),
        ScriptedModelCommand.Create(),
    });
}

/// <summary>
/// Help that lists the verbs below one with their first sentence only: their examples stand in their own help.
/// </summary>
internal sealed class ListedHelp(HelpAction whole) : SynchronousCommandLineAction
{
    public static RootCommand Use(RootCommand root)
    {
        var option = root.Options.OfType<HelpOption>().Single();
        option.Action = new ListedHelp((HelpAction)option.Action!);
        return root;
    }

    public override int Invoke(ParseResult parseResult)
    {
        foreach (var verb in parseResult.CommandResult.Command.Subcommands)
            verb.Description = verb.Description?.Split('\n')[0];
        return whole.Invoke(parseResult);
    }
}
