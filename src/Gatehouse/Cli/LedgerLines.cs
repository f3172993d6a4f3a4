using System.Globalization;
using System.Text.Json;
using Gatehouse.Core.Ledger;
using Gatehouse.Storage;

namespace Gatehouse.Cli;

/// <summary>One line for an exchange or an act, for people or as JSON.</summary>
/// <param name="json">Whether as JSON.</param>
internal sealed class LedgerLines(bool json)
{
    private readonly TextTable _table = new(new(""), new("", WidthMin: 18), new("", WidthMin: 8),
        new("", WidthMin: 20), new("", WidthMin: 24), new("", ColumnKind.Number, WidthMin: 9), new(""));

    /// <summary>Prints an exchange.</summary>
    /// <param name="row">The exchange.</param>
    /// <param name="ahead">By how much the clock ran ahead that stamped it.</param>
    public void Print(ExchangeRow row, TimeSpan ahead)
    {
        if (json)
        {
            JsonLines.Write(Console.Out, writer => Write(writer, row, ahead));
            return;
        }
        var tokens = row.InputTokens is null && row.OutputTokens is null
            ? "" : $"{row.InputTokens ?? 0}+{row.OutputTokens ?? 0} tok";
        var reason = row.Reason is null ? "" : $" ({row.Reason})";
        _table.WriteNow(Console.Out, Time(row.Started), row.Job, row.Model ?? "-", row.Endpoint,
            (row.Outcome ?? "open") + reason,
            row.DurationMilliseconds is { } took ? string.Create(CultureInfo.InvariantCulture, $"{took} ms") : "",
            $"{tokens}{Ahead(ahead)}".Trim());
    }

    public void Print(StoredEntry act, TimeSpan ahead)
    {
        if (json)
        {
            JsonLines.Write(Console.Out, writer => Write(writer, act, ahead));
            return;
        }
        if (act.Leaf is not { } leaf)
        {
            var blank = new string(' ', Time(default).Length);
            Console.Out.WriteLine($"{blank}  (entry {act.Index} was pruned after its time)");
            return;
        }
        Console.Out.WriteLine(SafeText.OneLine($"{Time(leaf.Time)}  {Sentence(leaf.Entry)}{Ahead(ahead)}"));
    }

    private static string Time(DateTimeOffset time)
        => time.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    private static string Ahead(TimeSpan ahead) => ahead == TimeSpan.Zero ? ""
        : string.Create(CultureInfo.InvariantCulture, $"  (the clock was {ahead.TotalDays:0.0} days ahead)");

    private static string Sentence(LedgerEntry entry) => entry switch
    {
        ActEntry act => $"{act.Act} by {act.Who}{Details(act)}",
        SummaryEntry summary
            => $"in one minute: {summary.Unidentified} unidentified caller(s), "
                + $"{summary.RateLimited.Values.Sum()} call(s) "
                + "over a rate limit",
        ClockStepEntry step => string.Create(CultureInfo.InvariantCulture,
            $"the clock moved from {step.Expected:yyyy-MM-dd HH:mm:ss} to {step.Seen:yyyy-MM-dd HH:mm:ss}"),
        _ => entry.Kind,
    };

    private static string Details(ActEntry act)
    {
        var shown = act.Details.Where(detail => detail.Key != "diff").Select(detail => $"{detail.Key}={detail.Value}")
            .ToArray();
        return shown.Length == 0 ? "" : ": " + string.Join(", ", shown);
    }

    private static void WriteTime(Utf8JsonWriter json, DateTimeOffset time, TimeSpan ahead)
    {
        json.WriteString("time", LedgerTime.ToText(time));
        if (ahead != TimeSpan.Zero) json.WriteNumber("clock_ahead_ms", (long)ahead.TotalMilliseconds);
    }

    private static void Write(Utf8JsonWriter json, ExchangeRow row, TimeSpan ahead)
    {
        json.WriteString("kind", "exchange");
        json.WriteString("id", row.Id);
        json.WriteNumber("index", row.Index);
        WriteTime(json, row.Started, ahead);
        json.WriteString("job", row.Job);
        json.WriteString("identified_by", row.IdentifiedBy);
        json.WriteString("caller", row.Caller);
        json.WriteString("dialect", row.Dialect);
        json.WriteString("endpoint", row.Endpoint);
        json.WriteString("model", row.Model);
        json.WriteBoolean("stream", row.IsStream);
        json.WriteString("outcome", row.Outcome ?? "open");
        if (row.Status is { } status) json.WriteNumber("status", status);
        if (row.Reason is not null) json.WriteString("reason", row.Reason);
        if (row.Flags is { Length: > 0 }) json.WriteString("flags", row.Flags);
        if (row.DurationMilliseconds is { } duration) json.WriteNumber("duration_ms", duration);
        if (row.InputTokens is { } input) json.WriteNumber("input_tokens", input);
        if (row.OutputTokens is { } output) json.WriteNumber("output_tokens", output);
        if (row.BytesDelivered is { } bytes) json.WriteNumber("bytes_delivered", bytes);
    }

    private static void Write(Utf8JsonWriter json, StoredEntry stored, TimeSpan ahead)
    {
        json.WriteString("kind", stored.Leaf?.Entry is ActEntry or null ? "act" : stored.Leaf.Entry.Kind);
        json.WriteNumber("index", stored.Index);
        if (stored.Leaf is not { } leaf)
        {
            json.WriteBoolean("pruned", true);
            return;
        }
        json.WriteString("id", leaf.Entry.Id);
        WriteTime(json, leaf.Time, ahead);
        if (leaf.Entry is ActEntry act)
        {
            json.WriteString("act", act.Act);
            json.WriteString("who", act.Who);
            json.WriteNumber("uid", act.Uid);
            json.WriteStartObject("details");
            foreach (var (name, value) in act.Details) json.WriteString(name, value);
            json.WriteEndObject();
        }
        else if (leaf.Entry is SummaryEntry summary)
        {
            json.WriteNumber("unidentified", summary.Unidentified);
            json.WriteStartObject("rate_limited");
            foreach (var (job, count) in summary.RateLimited) json.WriteNumber(job, count);
            json.WriteEndObject();
        }
    }
}
