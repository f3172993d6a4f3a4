using System.Globalization;
using System.Text;
using Gatehouse.Core.Ledger;
using Gatehouse.Storage;

namespace Gatehouse.Actions;

/// <summary>Reading prompts and answers: an act of a person, on record before the first byte is shown.</summary>
internal static class PayloadActions
{
    private const int PageRows = 500;

    /// <summary>Bytes of context on each side of a hit.</summary>
    private const int ContextBytes = 60;

    /// <summary>Lines stream as they are found; this only ends a search for something that is everywhere.</summary>
    private const int HitsMax = 100_000;

    public static async Task GrepAsync(ActionCall call)
    {
        var text = Encoding.UTF8.GetBytes(call.Required("text"));
        var details = new Dictionary<string, string> { ["what"] = "grep" };
        if (call.Argument("job") is { Length: > 0 } job) details["job"] = call.Context.JobOf(job).Key;
        await call.Context.RecordAsync(call.Actor, "payload.read", details);
        using var reader = LedgerReader.OpenReadOnly(call.Context.Home);
        var keys = LedgerKeys.Open(call.Context.Home);
        var from = SinceOf(call) is { } since ? reader.FirstSince(since) : 0;
        var (hits, unreadable) = (0, 0);
        while (hits < HitsMax)
        {
            call.Stop.ThrowIfCancellationRequested();
            var page = reader.ReadExchanges(details.GetValueOrDefault("job"), from, PageRows);
            foreach (var exchange in page)
            {
                var payloads = reader.ReadPayloads(exchange, keys);
                unreadable += payloads.Count(static payload => payload.IsUnreadable);
                hits += await GrepExchangeAsync(call, payloads, exchange, text);
                from = exchange.Index + 1;
            }
            if (page.Count == PageRows) continue;
            // A search that could not look everywhere must not read as one that found nothing.
            if (unreadable == 0) return;
            throw new ActionException(
                $"{unreadable} payload(s) are there and could not be opened, so they were not searched. "
                    + "See why with: gatehouse ledger verify --payloads");
        }
        throw new ActionException($"Stopped after {HitsMax} hits. Narrow it with --job or --since.");
    }

    public static async Task ShowAsync(ActionCall call)
    {
        var id = call.Required("id");
        using var reader = LedgerReader.OpenReadOnly(call.Context.Home);
        var exchange = reader.FindExchange(id) ?? throw new ActionException($"There is no exchange '{id}' on record.");
        await call.Context.RecordAsync(call.Actor, "payload.read", new Dictionary<string, string> { ["what"] = id });
        foreach (var payload in reader.ReadPayloads(exchange, LedgerKeys.Open(call.Context.Home)))
        {
            await call.WriteAsync(json =>
            {
                json.WriteString("payload", payload.Record.Kind.Word());
                json.WriteNumber("bytes", payload.Record.Bytes);
                if (payload.Record.SameAs is { } same) json.WriteString("same-as", same.Word());
                if (payload.Bytes is { } bytes) json.WriteString("text", Encoding.UTF8.GetString(bytes));
                else json.WriteString("missing", payload.Missing);
            });
        }
    }

    private static async Task<int> GrepExchangeAsync(
        ActionCall call, IReadOnlyList<StoredPayload> payloads, ExchangeRow exchange, byte[] text)
    {
        var hits = 0;
        foreach (var payload in payloads)
        {
            if (payload.Bytes is not { } bytes || payload.Record.SameAs is not null
                || bytes.AsSpan().IndexOf(text) is not (>= 0 and var at))
            {
                continue;
            }
            hits++;
            var start = Math.Max(0, at - ContextBytes);
            var end = Math.Min(bytes.Length, at + text.Length + ContextBytes);
            await call.WriteAsync(json =>
            {
                json.WriteString("id", exchange.Id);
                json.WriteString("time", exchange.Started);
                json.WriteString("job", exchange.Job);
                json.WriteString("payload", payload.Record.Kind.Word());
                json.WriteString("text", Encoding.UTF8.GetString(bytes.AsSpan(start, end - start)));
            });
        }
        return hits;
    }

    private static DateTimeOffset? SinceOf(ActionCall call)
    {
        if (call.Argument("since") is not { Length: > 0 } text) return null;
        if (CommandDuration.TryParse(text) is { } ago) return call.Context.Ledger.Now - ago;
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time
            : throw new ActionException(
                $"'{text}' is neither a duration such as 1h nor a time such as 2026-11-23T07:00Z.", ExitCodes.Unusable);
    }
}
