using System.CommandLine;
using Gatehouse.Actions;
using Gatehouse.Core.Ledger;
using Gatehouse.Storage;

namespace Gatehouse.Cli;

/// <summary>Shows what is on record, without payload text: calls and acts in the order of the ledger.</summary>
internal static class LedgerShowCommand
{
    private const int PageRows = 1_000;

    /// <summary>What is shown to a terminal without --since or --json: the newest entries.</summary>
    private const int NewestRows = 50;

    private static readonly TimeSpan FollowEvery = TimeSpan.FromMilliseconds(300);

    public static Command Create()
    {
        var job = new Option<string>("--job") { Description = "Only this job's calls" };
        var follow = new Option<bool>("--follow", "-f") { Description = "Keep showing new calls" };
        var command = new Command("show",
            "Show calls and acts on record, oldest first. Payload text is not shown: " +
            "see `ledger grep` and `ledger payload`.\n\n" +
            "Examples:\n" +
            "  gatehouse ledger show --since 1h\n" +
            "  gatehouse ledger show --job news-summariser --follow\n" +
            "  gatehouse ledger show --json | jq 'select(.kind==\"exchange\" and .outcome!=\"completed\")'")
        {
            job, SinceOption.Create(), follow, HomeOption.Create(), JsonOption.Create(),
        };
        command.SetAction(async (result, stop) =>
        {
            try
            {
                using var reader = LedgerReader.OpenReadOnly(HomeDirectory.OpenExisting(HomeOption.Resolve(result)));
                await ShowAsync(reader, new Question(
                    result.GetValue(job), SinceOption.Value(result, TimeProvider.System.GetUtcNow()),
                    result.GetValue(follow), JsonOption.IsSet(result)), stop);
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
            catch (OperationCanceledException)
            {
                return ExitCodes.Done;
            }
        });
        return command;
    }

    private static async Task ShowAsync(LedgerReader reader, Question question, CancellationToken stop)
    {
        var from = question.Since is { } since ? reader.FirstSince(since)
            : question.Json ? 0 : Math.Max(0, reader.Count() - NewestRows);
        var shownTo = reader.Count();
        Print(reader, question, from, shownTo);
        var follower = shownTo;
        while (question.Follow)
        {
            await Task.Delay(FollowEvery, TimeProvider.System, stop);
            var count = reader.Count();
            if (count == follower) continue;
            PrintNews(reader, question, follower, count);
            follower = count;
        }
    }

    /// <summary>Merges exchanges and acts by the index of the leaf that began them.</summary>
    private static void Print(LedgerReader reader, Question question, long from, long end)
    {
        var spans = reader.ReadSpans();
        while (from < end)
        {
            var exchanges = reader.ReadExchanges(question.Job, from, PageRows);
            var acts = question.Job is null ? reader.ReadActs(from, PageRows) : [];
            // A full page of either kind may stop before the other's: show only what both have reached.
            var reached = Math.Min(
                exchanges.Count == PageRows ? exchanges[^1].Index : end - 1,
                acts.Count == PageRows ? acts[^1].Index : end - 1);
            var (e, a) = (0, 0);
            while (true)
            {
                var exchange = e < exchanges.Count && exchanges[e].Index <= reached ? exchanges[e] : null;
                var act = a < acts.Count && acts[a].Index <= reached ? acts[a] : null;
                if (exchange is null && act is null) break;
                if (act is null || (exchange is not null && exchange.Index < act.Index))
                {
                    question.Lines.Print(exchange!, spans.AheadOf(exchange!.Index));
                    e++;
                }
                else
                {
                    question.Lines.Print(act, spans.AheadOf(act.Index));
                    a++;
                }
            }
            from = reached + 1;
        }
    }

    /// <summary>When following, an exchange is shown once it has ended.</summary>
    private static void PrintNews(LedgerReader reader, Question question, long from, long end)
    {
        while (from < end)
        {
            var page = reader.ReadEntries(from, PageRows);
            if (page.Count == 0) return;
            foreach (var stored in page)
            {
                if (stored.Leaf?.Entry is OutcomeEntry outcome)
                {
                    if (reader.FindExchange(outcome.Of) is { } row && (question.Job ?? row.Job) == row.Job)
                        question.Lines.Print(row, TimeSpan.Zero);
                }
                else if (stored.Leaf?.Entry is not RequestEntry && question.Job is null)
                {
                    question.Lines.Print(stored, TimeSpan.Zero);
                }
            }
            from = page[^1].Index + 1;
        }
    }

    private sealed record Question(string? Job, DateTimeOffset? Since, bool Follow, bool Json)
    {
        public LedgerLines Lines { get; } = new(Json);
    }
}
