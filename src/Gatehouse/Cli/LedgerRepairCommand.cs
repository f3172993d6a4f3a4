using System.CommandLine;
using Gatehouse.Actions;
using Gatehouse.Core.Ledger;
using Gatehouse.Estate;
using Gatehouse.Linux;
using Gatehouse.Server;
using Gatehouse.Storage;

namespace Gatehouse.Cli;

/// <summary>What a person does when a ledger is not what was written. Only while no gate runs, and always on record.
/// </summary>
internal static class LedgerRepairCommand
{
    public static Command CreateAcceptLoss()
    {
        var why = new Option<string>("--why") { Description = "What happened, for the record", Required = true };
        var command = new Command("accept-loss",
            "Put on record that the ledger, or its end, is lost, so that the gate starts again with what is left. " +
            "Restore a backup instead if there is one. Checkpoints kept elsewhere go on showing the loss.\n\n" +
            "Example:\n  gatehouse ledger accept-loss --why \"the disk died on 3 May, no backup\"")
        {
            why, HomeOption.Create(), JsonOption.Create(),
        };
        command.SetAction((result, stop) => RunAsync(HomeOption.Resolve(result), "ledger accept-loss",
            held => AcceptLossAsync(held, result.GetValue(why)!.Trim(), JsonOption.IsSet(result), stop)));
        return command;
    }

    public static Command CreateRebuild()
    {
        var command = new Command("rebuild",
            "Derive again from the entries what `ledger show`, `stats` and `grep` read, after `ledger verify` said " +
            "that it differs from them.\n\nExample:\n  gatehouse ledger rebuild")
        {
            HomeOption.Create(), JsonOption.Create(),
        };
        command.SetAction((result, stop) => RunAsync(HomeOption.Resolve(result), "ledger rebuild",
            held => RebuildAsync(held, JsonOption.IsSet(result), stop)));
        return command;
    }

    private static async Task<int> RunAsync(string homePath, string verb, Func<HeldHome, Task<int>> repair)
    {
        try
        {
            // Who acts is who asked, whichever user writes it down.
            var actor = new Actor(UserNames.OwnUid, UserNames.NameOf(UserNames.OwnUid));
            HomeOwner.Become(homePath);
            var home = HomeDirectory.OpenExisting(homePath);
            using var held = HomeLock.TryTake(home, verb, out var holder)
                ?? throw new ActionException(
                    $"The home {homePath} is held by {holder}. Stop it first.", ExitCodes.Unavailable);
            return await repair(new HeldHome(home, GatehouseServer.SettingsOf(PlanKeeper.Load(home).Plan), actor));
        }
        catch (ActionException error)
        {
            return ActionClient.Say(error.Message, error.ExitCode);
        }
        catch (Exception error) when (error is HomeException or EstateException or IOException
            or UnauthorizedAccessException)
        {
            return ActionClient.Say(error.Message, ExitCodes.Unusable);
        }
        catch (SqliteFaultException error)
        {
            return ActionClient.Say(DamagedLedger.Explain(error), ExitCodes.Unusable);
        }
    }

    private static async Task<int> AcceptLossAsync(HeldHome held, string why, bool json, CancellationToken stop)
    {
        if (why.Length == 0) return ActionClient.Say("--why is empty: say what happened.", ExitCodes.Unusable);
        await using var ledger = Open(held, held.Settings with
        {
            AcceptLoss = new LossAcceptance(held.Actor.Uid, held.Actor.Name, why),
        });
        if (ledger.RecordedLoss is not { } loss)
        {
            return ledger.Health().State is LedgerState.Waiting
                ? ActionClient.Say($"Not done: {ledger.Health().Reason}", ExitCodes.Unavailable)
                : ActionClient.Say("Nothing is lost: the ledger agrees with the head that was signed last.",
                    ExitCodes.Failed);
        }
        var signed = await ledger.SignCheckpointAsync(stop);
        if (signed.Note is not { } note
            || HeadFile.Read(held.Home, ledger.Key!, out _)?.Size != ledger.Health().SignedTo)
        {
            return ActionClient.Say($"Not done: {ledger.Health().Reason} Run it again.", ExitCodes.Unavailable);
        }
        if (json)
        {
            JsonLines.Write(Console.Out, line =>
            {
                line.WriteString("lost", loss.What);
                if (loss.Head is { } head) line.WriteNumber("head", head.Size);
                line.WriteNumber("found", loss.Found);
                line.WriteString("checkpoint", note);
            });
        }
        else
        {
            Console.Out.WriteLine(
                $"On record: {loss.What}.\nThe gate starts again with the {loss.Found} entries that are left.");
        }
        return ExitCodes.Done;
    }

    private static async Task<int> RebuildAsync(HeldHome held, bool json, CancellationToken stop)
    {
        var faults = LedgerVerifier.Verify(held.Home, null, withPayloads: false, stop).Faults;
        if (faults.FirstOrDefault(static fault => !fault.IsDerived) is { } worse)
        {
            return ActionClient.Say($"The entries themselves are not what was written: {worse.What} Nothing is derived "
                + "from them. See `gatehouse ledger verify`.", ExitCodes.Failed);
        }
        await using var ledger = Open(held, held.Settings);
        var written = await ledger.AppendAsync(
            new LedgerDraft
            {
                Entry = new ActEntry
                {
                    Id = ledger.NewId(EntryId.Act),
                    Act = "ledger.rebuild",
                    Uid = held.Actor.Uid,
                    Who = held.Actor.Name,
                },
            }, stop);
        var (refusal, exchanges) = written.IsDurable ? await ledger.RebuildAsync() : (written.Refusal, 0);
        if (refusal != LedgerRefusal.None)
            return ActionClient.Say($"Not done: the ledger says {refusal}.", ExitCodes.Unavailable);
        if (json) JsonLines.Write(Console.Out, line => line.WriteNumber("exchanges", exchanges));
        else Console.Out.WriteLine($"Derived again from the entries: {exchanges} call(s).");
        return ExitCodes.Done;
    }

    private static SqliteLedger Open(HeldHome held, LedgerSettings settings)
        => SqliteLedger.Open(held.Home, settings, TimeProvider.System, FatalExit.StopProcess);

    private sealed record HeldHome(HomeDirectory Home, LedgerSettings Settings, Actor Actor);
}

/// <summary>A database that cannot be read is a message, whichever verb meets it.</summary>
internal static class DamagedLedger
{
    public static string Explain(Exception error)
        => $"The ledger's database cannot be read: {error.Message} Keep a copy of the home before anything else; "
            + "`gatehouse ledger verify` says what is damaged.";
}
