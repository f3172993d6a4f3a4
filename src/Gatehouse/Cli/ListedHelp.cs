using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Gatehouse.Cli;

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
