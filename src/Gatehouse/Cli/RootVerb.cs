using System.CommandLine;

namespace Gatehouse.Cli;

/// <summary>The verbs, in the order in which a user meets them.</summary>
internal static class RootVerb
{
    public static RootCommand Create() => ListedHelp.Use(new(
        "Gatehouse stands between the AI jobs of a home and the models they call:\n" +
        "every call is identified, limited, recorded, and can be stopped.\n\n" +
        "Start with: gatehouse init, then gatehouse serve.\n" +
        "Exit codes: 0 done, 1 the answer is no, 2 unusable input, 4 not available, 70 ledger in doubt.")
    {
        InitCommand.Create(),
        ServeCommand.Create(),
        JobsCommand.Create(),
        DiscoverCommand.Create(),
        InspectCommand.Create(),
        NextCommand.Create(),
        AdoptCommand.Create(),
        TokenCommand.Create(),
        ConnectCommand.Create(),
        ExecCommand.Create(),
        PauseCommand.CreatePause(),
        PauseCommand.CreateResume(),
        ReloadCommand.Create(),
        HealthcheckCommand.Create(),
        LedgerCommand.Create(),
        DemoCommand.Create(),
        ScriptedModelCommand.Create(),
    });
}
