using System.CommandLine;
using Gatehouse.Actions;
using Gatehouse.Adoption;
using Gatehouse.Docker;
using Gatehouse.Linux;

namespace Gatehouse.Cli;

/// <summary><c>gatehouse adopt</c>: puts the gate in front of a host's apps, and removes it again.</summary>
internal static class AdoptCommand
{
    private const int No = 1; // Exit code: something was not done, and what was begun is undone.

    public static Command Create()
    {
        var names = new Argument<string[]>("names")
        {
            Description = "Compose projects, containers, or a service of this host; all AI apps when none is named",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var command = new Command("adopt", """
            Put the gate between apps and the model servers that they use. No setting of an app changes.

            It shows what it will do, asks once, does it, and tries it by a call from inside each app. If a step fails,
            all is undone, as by Ctrl+C. --undo restores networks, names, files and units as they were, also after a
            crash. Where something moved since the adoption, running it again brings that back.

            Examples:
              sudo gatehouse adopt
              sudo gatehouse adopt my-ai-stack
              sudo gatehouse adopt ollama.service
              sudo gatehouse adopt --undo
              sudo gatehouse adopt --watch
            """)
        {
            names, HomeOption.Create(), EngineOption.Create(), Yes, Undo, Watch, DryRun, ImageFile, Journals,
        };
        command.SetAction((result, stop) => RunAsync(result, result.GetValue(names) ?? [], stop));
        return command;
    }

    private static Option<bool> Yes { get; } = new("--yes") { Description = "Do not ask" };

    private static Option<bool> Undo { get; } = new("--undo")
    {
        Description = "Restore networks, names, files and units as they were; also after a crash",
    };

    private static Option<bool> Watch { get; } = new("--watch")
    {
        Description = "Keep checking that everything is as adopted, and tell the gate, which shows it on its page",
    };

    private static Option<bool> DryRun { get; } = new("--dry-run") { Description = "Show what would be done, and end" };

    private static Option<string?> ImageFile { get; } = new("--image-file")
    {
        Description = "The gate's image as an archive (default: gatehouse-image.tar.gz beside this program)",
        HelpName = "FILE",
    };

    private static Option<string> Journals { get; } = new("--journals")
    {
        Description = "Where the record of what was done is kept",
        DefaultValueFactory = static _ => JournalFolder.Usual,
        HelpName = "DIR",
    };

    private static async Task<int> RunAsync(
        System.CommandLine.ParseResult result, string[] names, CancellationToken stop)
    {
        using var signals = new StopSignals(stop);
        using var output = new TolerantWriter(result.InvocationConfiguration.Output);
        try
        {
            return await RunAsync(result, names, new AdoptScreen(output), signals);
        }
        catch (OperationCanceledException)
        {
            return ActionClient.Say("Stopped. Nothing was begun.", No);
        }
    }

    private static async Task<int> RunAsync(
        System.CommandLine.ParseResult result, string[] names, AdoptScreen screen, StopSignals signals)
    {
        var stop = signals.Asked;
        try
        {
            if (UserNames.OwnUid != 0 && !result.GetValue(DryRun))
            {
                throw new AdoptionException(
                    "Adopting moves containers between networks and tries them from inside; that needs root. "
                        + "Run it with sudo.");
            }
            var (found, missing) = await EngineOption.TryConnectAsync(result, stop);
            using var engine = found;
            var journals = JournalFolder.Open(result.GetValue(Journals)!);
            if (result.GetValue(Watch))
            {
                var home = HomeOption.Resolve(result);
                await new AdoptionWatch(EngineOption.Find(result), journals)
                {
                    Say = text => screen.Say(SafeText.OneLine(text)),
                    Tell = (changes, hurry) => ActionClient.TellAsync(
                        home, "adoption.changed", new Dictionary<string, string>(StringComparer.Ordinal)
                        {
                            ["changes"] = string.Join('\n', changes.Select(SafeText.OneLine)),
                        }, hurry),
                }.RunAsync(stop);
                return ExitCodes.Done;
            }
            using var held = journals.Hold(result.GetValue(Undo) ? "adopt --undo" : "adopt");
            var verb = new AdoptVerb(engine, screen, journals)
            {
                StopUndo = signals.AskedAgain,
                Home = HomeOption.Resolve(result),
                EngineAddress = EngineOption.Find(result).ToString(),
                NoEngine = missing,
                ImageFile = result.GetValue(ImageFile),
            };
            if (result.GetValue(Undo)) return await verb.UndoAsync(stop) ? ExitCodes.Done : No;
            var proposal = await verb.ProposeAsync(names, stop);
            screen.Show(proposal, result.GetValue(DryRun));
            // Where everything is adopted already, running it again has nothing left to do and did not fail.
            if (proposal.Steps.Length == 0) return proposal.Layout.Standing is null ? No : ExitCodes.Done;
            if (result.GetValue(DryRun)) return ExitCodes.Done;
            if (!result.GetValue(Yes) && !await screen.AskAsync("Do it?", stop)) return No;
            return await verb.DoAsync(proposal, stop) ? ExitCodes.Done : No;
        }
        catch (EngineException error)
        {
            return ActionClient.Say(error.Message, ExitCodes.Unavailable);
        }
        catch (AdoptionException error)
        {
            return ActionClient.Say(error.Message, ExitCodes.Unusable);
        }
    }
}
