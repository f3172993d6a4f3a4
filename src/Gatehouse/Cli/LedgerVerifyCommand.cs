using System.CommandLine;
using System.Diagnostics;
using Gatehouse.Actions;
using Gatehouse.Storage;

namespace Gatehouse.Cli;

/// <summary>Proves that nothing on record was changed, and hands out what others can prove it with.</summary>
internal static class LedgerVerifyCommand
{
    public static Command Create()
    {
        var against = new Option<FileInfo>("--against")
        {
            Description = "A checkpoint kept elsewhere, or a log of the gate with its heads: shows truncation and "
                + "rollback too",
        };
        var payloads = new Option<bool>("--payloads")
        {
            Description = "Decrypt every payload and compare it with its commitment",
        };
        var command = new Command("verify",
            "Verify the ledger: every leaf, the tree, every signed checkpoint. Exit 0 when nothing is wrong, 1 when " +
            "something is.\n\n" +
            "Examples:\n  gatehouse ledger verify\n  gatehouse ledger verify --payloads\n"
                + "  gatehouse ledger verify --against /mnt/usb/checkpoint")
        {
            against, payloads, HomeOption.Create(), JsonOption.Create(),
        };
        command.SetAction(async (result, stop) =>
        {
            try
            {
                var checkpoint = result.GetValue(against) is { } file
                    ? await HeadFile.ReadKeptAsync(file.FullName, stop) : null;
                var started = Stopwatch.GetTimestamp();
                var report = LedgerVerifier.Verify(
                    HomeDirectory.OpenExisting(HomeOption.Resolve(result)), checkpoint, result.GetValue(payloads),
                    stop);
                Print(report, Stopwatch.GetElapsedTime(started), checkpoint is not null, JsonOption.IsSet(result));
                return report.IsGood ? ExitCodes.Done : ExitCodes.Failed;
            }
            catch (Exception error) when (error is HomeException or IOException or UnauthorizedAccessException)
            {
                return ActionClient.Say(error.Message, ExitCodes.Unusable);
            }
        });
        return command;
    }

    public static Command CreateCheckpoint()
    {
        var command = new Command("checkpoint",
            "Sign what is on record now and print the checkpoint. Keep it elsewhere: " +
            "with it, `ledger verify --against` shows whether anything signed was taken away since.\n\n" +
            "Example:\n  gatehouse ledger checkpoint > /mnt/usb/checkpoint")
        {
            HomeOption.Create(), JsonOption.Create(),
        };
        command.SetAction((result, stop) => new ActionClient(HomeOption.Resolve(result), "ledger.checkpoint", [])
        {
            OnLine = line =>
            {
                if (JsonOption.IsSet(result))
                {
                    JsonLines.Write(Console.Out, line);
                    return;
                }
                Console.Error.WriteLine($"Verifier key: {line.GetProperty("key").GetString()}");
                Console.Out.Write(line.GetProperty("checkpoint").GetString());
            },
        }.RunAsync(stop));
        return command;
    }

    public static Command CreateConfirmClock()
    {
        var command = new Command("confirm-clock",
            "Say that the clock is right after it moved by more than a day. Until then only what is due by the last "
                + "confirmed time is purged.\n\n"
                + "Example:\n  gatehouse ledger confirm-clock")
        {
            HomeOption.Create(), JsonOption.Create(),
        };
        command.SetAction((result, stop) => new ActionClient(HomeOption.Resolve(result), "ledger.confirm-clock", [])
        {
            OnLine = JsonOption.Printer(result, static line =>
                $"The clock is confirmed: {line.GetProperty("time").GetDateTimeOffset():yyyy-MM-dd HH:mm} UTC. "
                    + "Purging goes on."),
        }.RunAsync(stop));
        return command;
    }

    private static void Print(VerifyReport report, TimeSpan took, bool withCheckpoint, bool json)
    {
        if (json)
        {
            VerifyJson.Print(report);
            return;
        }
        foreach (var fault in report.Faults)
        {
            Console.Out.WriteLine(
                fault.Index >= 0 ? $"WRONG at entry {fault.Index}: {fault.What}" : $"WRONG: {fault.What}");
        }
        Console.Out.WriteLine(report.IsGood
            ? $"{report.Leaves} entries verified in {took.TotalSeconds:0.00} s: "
                + $"every leaf, the tree and {report.Checkpoints} checkpoint(s)."
            : $"{report.Leaves} entries read; the ledger is not what was written.");
        if (report.Pruned > 0)
        {
            Console.Out.WriteLine(
                $"{report.Pruned} of them lost their text after its time; their hashes still verify.");
        }
        Console.Out.WriteLine($"Signed to {report.SignedTo}, {report.After} entries after.");
        if (report.Payloads is { } payloads)
        {
            Console.Out.WriteLine(
                $"Payloads: {payloads.Checked} match, {payloads.Purged} purged after their time, "
                + $"{payloads.Unreadable} without key.");
        }
        if (report.IsGood && !withCheckpoint)
        {
            Console.Out.WriteLine("Without --against this cannot tell whether the whole ledger was replaced: "
                + "keep checkpoints elsewhere.");
        }
    }
}

/// <summary>A verification as one JSON object.</summary>
internal static class VerifyJson
{
    public static void Print(VerifyReport report) => JsonLines.Write(Console.Out, json =>
    {
        json.WriteBoolean("good", report.IsGood);
        json.WriteNumber("entries", report.Leaves);
        json.WriteNumber("pruned", report.Pruned);
        json.WriteNumber("signed_to", report.SignedTo);
        json.WriteNumber("checkpoints", report.Checkpoints);
        json.WriteStartArray("faults");
        foreach (var fault in report.Faults)
        {
            json.WriteStartObject();
            json.WriteNumber("index", fault.Index);
            json.WriteString("what", fault.What);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        if (report.Payloads is not { } payloads) return;
        json.WriteNumber("payloads_checked", payloads.Checked);
        json.WriteNumber("payloads_purged", payloads.Purged);
        json.WriteNumber("payloads_without_key", payloads.Unreadable);
    });
}
