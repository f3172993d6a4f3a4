using System.CommandLine;
using System.Globalization;
using Gatehouse.Actions;
using Gatehouse.Storage;

namespace Gatehouse.Cli;

/// <summary>Counts calls by job, model, outcome and hour.</summary>
internal static class LedgerStatsCommand
{
    private static readonly TimeSpan DefaultSince = TimeSpan.FromDays(1);

    public static Command Create()
    {
        var command = new Command("stats",
            "Count calls by job, model and outcome (--json: by hour too). The last day unless --since " +
            "says otherwise.\n\n" +
            "Examples:\n  gatehouse ledger stats\n  gatehouse ledger stats --since 7d --json")
        {
            SinceOption.Create(), HomeOption.Create(), JsonOption.Create(),
        };
        command.SetAction(result =>
        {
            try
            {
                using var reader = LedgerReader.OpenReadOnly(HomeDirectory.OpenExisting(HomeOption.Resolve(result)));
                var now = TimeProvider.System.GetUtcNow();
                var rows = reader.ReadStats(SinceOption.Value(result, now) ?? now - DefaultSince);
                if (JsonOption.IsSet(result)) PrintJson(rows);
                else PrintTable(rows);
                return ExitCodes.Done;
            }
            catch (HomeException error)
            {
                return ActionClient.Say(error.Message, ExitCodes.Unusable);
            }
            catch (SqliteFaultException error)
            {
                return ActionClient.Say(DamagedLedger.Explain(error), ExitCodes.Unusable);
            }
        });
        return command;
    }

    private static void PrintTable(IReadOnlyList<StatsRow> rows)
    {
        if (rows.Count == 0)
        {
            Console.Out.WriteLine("No calls in this time.");
            return;
        }
        var table = new TextTable(new("job"), new("model"), new("outcome"), new("calls", ColumnKind.Number),
            new("tokens in", ColumnKind.Number), new("tokens out", ColumnKind.Number),
            new("mean ms", ColumnKind.Number));
        foreach (var group in rows.GroupBy(row => (row.Job, row.Model, row.Outcome)).OrderBy(group => group.Key))
        {
            var calls = group.Sum(row => row.Exchanges);
            table.Add(
                group.Key.Job, group.Key.Model, group.Key.Outcome, Number(calls),
                Number(group.Sum(row => row.InputTokens)), Number(group.Sum(row => row.OutputTokens)),
                Number(calls == 0 ? 0 : group.Sum(row => row.DurationMilliseconds) / calls));
        }
        table.Write(Console.Out);
    }

    private static void PrintJson(IReadOnlyList<StatsRow> rows)
    {
        foreach (var row in rows)
        {
            JsonLines.Write(Console.Out, json =>
            {
                json.WriteString("job", row.Job);
                json.WriteString("model", row.Model);
                json.WriteString("outcome", row.Outcome);
                json.WriteString("hour", row.Hour);
                json.WriteNumber("calls", row.Exchanges);
                json.WriteNumber("input_tokens", row.InputTokens);
                json.WriteNumber("output_tokens", row.OutputTokens);
                json.WriteNumber("bytes_delivered", row.BytesDelivered);
                json.WriteNumber("duration_ms", row.DurationMilliseconds);
            });
        }
    }

    private static string Number(long value) => value.ToString("#,0", CultureInfo.InvariantCulture);
}
