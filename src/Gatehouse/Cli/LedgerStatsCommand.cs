using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Gatehouse.Actions;
using Gatehouse.Storage;
using Spectre.Console;

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
        var table = new Table().Border(TableBorder.Simple)
            .AddColumns("job", "model", "outcome")
            .AddColumn(new TableColumn("calls").RightAligned())
            .AddColumn(new TableColumn("tokens in").RightAligned())
            .AddColumn(new TableColumn("tokens out").RightAligned())
            .AddColumn(new TableColumn("mean ms").RightAligned());
        foreach (var group in rows.GroupBy(row => (row.Job, row.Model, row.Outcome)).OrderBy(group => group.Key))
        {
            var calls = group.Sum(row => row.Exchanges);
            table.AddRow(
                Markup.Escape(group.Key.Job), Markup.Escape(group.Key.Model), group.Key.Outcome, Number(calls),
                Number(group.Sum(row => row.InputTokens)), Number(group.Sum(row => row.OutputTokens)),
                Number(calls == 0 ? 0 : group.Sum(row => row.DurationMilliseconds) / calls));
        }
        if (rows.Count == 0) Console.Out.WriteLine("No calls in this time.");
        else AnsiConsole.Write(table);
    }

    private static void PrintJson(IReadOnlyList<StatsRow> rows)
    {
        foreach (var row in rows)
        {
            using var line = new MemoryStream();
            using (var json = new Utf8JsonWriter(line))
            {
                json.WriteStartObject();
                json.WriteString("job", row.Job);
                json.WriteString("model", row.Model);
                json.WriteString("outcome", row.Outcome);
                json.WriteString("hour", row.Hour);
                json.WriteNumber("calls", row.Exchanges);
                json.WriteNumber("input_tokens", row.InputTokens);
                json.WriteNumber("output_tokens", row.OutputTokens);
                json.WriteNumber("bytes_delivered", row.BytesDelivered);
                json.WriteNumber("duration_ms", row.DurationMilliseconds);
                json.WriteEndObject();
            }
            Console.Out.WriteLine(Encoding.UTF8.GetString(line.ToArray()));
        }
    }

    private static string Number(long value) => value.ToString("#,0", CultureInfo.InvariantCulture);
}
