using System.CommandLine;
using System.Text.Json;

namespace Gatehouse.Cli;

/// <summary>The ledger's verbs.</summary>
internal static class LedgerCommand
{
    public static Command Create() => new("ledger", "Read, search, count and verify what is on record")
    {
        LedgerShowCommand.Create(),
        LedgerGrepCommand.CreateGrep(),
        LedgerGrepCommand.CreatePayload(),
        LedgerStatsCommand.Create(),
        LedgerVerifyCommand.Create(),
        LedgerVerifyCommand.CreateCheckpoint(),
        LedgerVerifyCommand.CreateConfirmClock(),
        LedgerRepairCommand.CreateRebuild(),
        LedgerRepairCommand.CreateAcceptLoss(),
    };
}

/// <summary>Reading prompts and answers. Each use is an act on record.</summary>
internal static class LedgerGrepCommand
{
    public static Command CreateGrep()
    {
        var text = new Argument<string>("TEXT")
        {
            Description = "The text, exactly as in the prompt or answer",
        };
        var job = new Option<string>("--job") { Description = "Only this job's calls" };
        var command = new Command("grep",
            "Find text in prompts and answers. That somebody looked is on record.\n\nExamples:\n" +
            "  gatehouse ledger grep \"router\" --since 7d\n  gatehouse ledger grep invoice --job document-tagger")
        {
            text, job, SinceOption.Create(), HomeOption.Create(), JsonOption.Create(),
        };
        command.SetAction(async (result, stop) =>
        {
            var arguments = new Dictionary<string, string> { ["text"] = result.GetValue(text)! };
            if (result.GetValue(job) is { } name) arguments["job"] = name;
            if (result.GetValue<string>("--since") is { } since) arguments["since"] = since;
            var hits = 0;
            var print = JsonOption.Printer(result, static line =>
                $"{line.GetProperty("id").GetString()}  {line.GetProperty("job").GetString()}  "
                    + $"{line.GetProperty("payload").GetString()}\n"
                    + $"    {SafeText.OneLine(line.GetProperty("text").GetString()!)}");
            var exit = await new ActionClient(HomeOption.Resolve(result), "ledger.grep", arguments)
            {
                OnLine = line =>
                {
                    hits++;
                    print(line);
                },
            }.RunAsync(stop);
            return exit == 0 && hits == 0 ? Actions.ExitCodes.Failed : exit;
        });
        return command;
    }

    public static Command CreatePayload()
    {
        var id = new Argument<string>("ID")
        {
            Description = "The exchange, as X-Gatehouse-Exchange or `ledger show --json` names it",
        };
        var command = new Command("payload",
            "Show what one call sent and got. That somebody looked is on record.\n\nExample:\n"
                + "  gatehouse ledger payload ex_0198c0de-…")
        {
            id, HomeOption.Create(), JsonOption.Create(),
        };
        command.SetAction((result, stop) => new ActionClient(
            HomeOption.Resolve(result), "ledger.payload",
            new Dictionary<string, string> { ["id"] = result.GetValue(id)! })
        {
            OnLine = JsonOption.Printer(result, Section),
        }.RunAsync(stop));
        return command;
    }

    private static string Section(JsonElement line)
    {
        var title = $"── {line.GetProperty("payload").GetString()}, {line.GetProperty("bytes").GetInt64()} bytes";
        if (line.TryGetProperty("same-as", out var same)) return $"{title}: the same as {same.GetString()}";
        return line.TryGetProperty("text", out var text)
            ? $"{title}\n{SafeText.Lines(text.GetString()!)}"
            : $"{title}: {line.GetProperty("missing").GetString()}";
    }
}
