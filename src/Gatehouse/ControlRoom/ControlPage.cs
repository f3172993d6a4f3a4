using System.Buffers;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using Gatehouse.Actions;
using Gatehouse.Storage;
using Gatehouse.Telemetry;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Gatehouse.ControlRoom;

/// <summary>
/// What people reach over TCP before there are people: health, metrics, and the live page without payloads. It writes
/// nothing, and answers only to the names it knows, so that a web page elsewhere cannot read it through a rebound name.
/// </summary>
internal sealed class ControlPage(GateMetrics metrics, LiveFeed live, Func<int> inFlight, Func<LedgerHealth> ledger)
{
    /// <summary>How often an open page is told the totals; also what keeps proxies from closing the stream.</summary>
    private static readonly TimeSpan TotalsEvery = TimeSpan.FromSeconds(2);

    /// <summary>The page brings its own style and script and needs nothing else.</summary>
    private const string ContentPolicy =
        "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; "
            + "img-src data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

    private const string JsonType = "application/json";

    private static readonly byte[] Page = ReadPage();

    /// <summary>Problems of the last estate file that could not be loaded; empty when the plan is the file's.</summary>
    public Func<IReadOnlyList<string>> PlanProblems { get; init; } = static () => [];

    /// <summary>Whether a request target holds a token of this gate, which is then revoked.</summary>
    public Func<string, bool> IsLeak { get; init; } = static _ => false;

    /// <summary>Looks whether a call could be made and recorded just now, and says why not.</summary>
    public required Func<CancellationToken, ValueTask<string?>> FindObstacle { get; init; }

    /// <summary>How the installation differs from what was adopted.</summary>
    public AdoptionNotice Adoption { get; init; } = new();

    /// <summary>Adds what other parts count to the metrics.</summary>
    public Action<PrometheusText> MoreMetrics { get; init; } = static _ => { };

    public required TimeProvider Time { get; init; }

    /// <summary>Ends when the gate stops: an open page must not hold that up.</summary>
    public CancellationToken Stopping { get; init; }

    public Task HandleAsync(HttpContext http)
    {
        if (IsLeak(http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget))
        {
            return TextAsync(http, StatusCodes.Status401Unauthorized,
                "This URL held a token of the gate, where logs keep it. The token is revoked now.\n");
        }
        if (!IsKnownHost(http.Request.Host.Host))
        {
            return TextAsync(
                http, StatusCodes.Status421MisdirectedRequest,
                "This is the control listener of a Gatehouse. Open it as http://localhost or http://127.0.0.1 "
                + "with its port.\n");
        }
        if (!HttpMethods.IsGet(http.Request.Method) && !HttpMethods.IsHead(http.Request.Method))
        {
            return TextAsync(http, StatusCodes.Status405MethodNotAllowed,
                "This listener only shows. Acts go through the gatehouse command.\n");
        }
        return http.Request.Path.Value switch
        {
            "/" => BytesAsync(http, "text/html; charset=utf-8", Page),
            "/live" => LiveAsync(http),
            "/healthz" => TextAsync(http, StatusCodes.Status200OK, "ok\n"),
            "/readyz" => ReadyAsync(http),
            "/metrics" => BytesAsync(
                http, "text/plain; version=0.0.4; charset=utf-8", Encoding.UTF8.GetBytes(Metrics())),
            _ => TextAsync(http, StatusCodes.Status404NotFound, "There is /, /healthz, /readyz and /metrics.\n"),
        };
    }

    private static bool IsKnownHost(string host)
        => host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));

    private async Task ReadyAsync(HttpContext http)
    {
        var health = ledger();
        var text = new StringBuilder();
        var obstacle = await FindObstacle(http.RequestAborted);
        var ready = obstacle is null && health.State is (LedgerState.Writing or LedgerState.NearlyFull);
        if (http.Request.Headers.Accept.ToString().Contains(JsonType, StringComparison.OrdinalIgnoreCase))
        {
            http.Response.StatusCode
                = ready ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
            var line = JsonLine.Of(json => Write(json, ready, obstacle, health));
            await BytesAsync(http, JsonType, [.. line.Span, (byte)'\n']);
            return;
        }
        text.Append(ready ? "ready\n" : "not ready: calls are refused or would hang\n");
        if (obstacle is not null) text.Append(obstacle).Append('\n');
        // What stands in the way is often the ledger's own state: once is enough.
        var state = $"ledger: {health.State}{(health.Reason.Length > 0 ? ": " + health.Reason : "")}";
        if (state != obstacle) text.Append(state).Append('\n');
        var problems = PlanProblems();
        if (problems.Count > 0) text.Append("estate: the file on disk is not valid, the old plan is in force\n");
        foreach (var problem in problems) text.Append("  ").Append(problem).Append('\n');
        foreach (var change in Adoption.Changes) text.Append("adoption: ").Append(change).Append('\n');
        await TextAsync(
            http, ready ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable, text.ToString());
    }

    /// <summary>The same for a program, which does not have to read sentences.</summary>
    private void Write(Utf8JsonWriter json, bool ready, string? obstacle, LedgerHealth health)
    {
        json.WriteBoolean("ready", ready);
        if (obstacle is not null) json.WriteString("obstacle", obstacle);
        json.WriteString("ledger", health.State.ToString());
        if (health.Reason.Length > 0) json.WriteString("ledger-reason", health.Reason);
        WriteAll(json, "estate-problems", PlanProblems());
        WriteAll(json, "adoption-changes", Adoption.Changes);
    }

    private static void WriteAll(Utf8JsonWriter json, string name, IEnumerable<string> sentences)
    {
        json.WriteStartArray(name);
        foreach (var sentence in sentences) json.WriteStringValue(sentence);
        json.WriteEndArray();
    }

    private string Metrics()
    {
        var text = new PrometheusText();
        metrics.Write(text);
        var health = ledger();
        text.Family("gatehouse_calls_in_flight", "gauge", "Calls in the gate now.");
        text.Sample("gatehouse_calls_in_flight", inFlight());
        text.Family("gatehouse_ledger_writable", "gauge", "1 when calls can be put on record.");
        text.Sample("gatehouse_ledger_writable", health.State is LedgerState.Writing or LedgerState.NearlyFull ? 1 : 0);
        text.Family("gatehouse_ledger_entries", "gauge", "Leaves of the ledger.");
        text.Sample("gatehouse_ledger_entries", health.Entries);
        text.Family("gatehouse_ledger_signed_entries", "gauge", "Leaves under the newest checkpoint.");
        text.Sample("gatehouse_ledger_signed_entries", health.SignedTo);
        text.Family("gatehouse_ledger_bytes", "gauge", "Bytes of the ledger.");
        text.Sample("gatehouse_ledger_bytes", health.BytesUsed);
        text.Family("gatehouse_ledger_bytes_max", "gauge", "Bytes the ledger may take.");
        text.Sample("gatehouse_ledger_bytes_max", health.BytesMax);
        text.Family("gatehouse_ledger_queued", "gauge", "Entries waiting to be written.");
        text.Sample("gatehouse_ledger_queued", health.Queued);
        text.Family("gatehouse_ledger_commit_seconds", "summary", "Recent commits, fsync included.");
        text.Sample("gatehouse_ledger_commit_seconds", health.CommitP50Milliseconds / 1000, ("quantile", "0.5"));
        text.Sample("gatehouse_ledger_commit_seconds", health.CommitP99Milliseconds / 1000, ("quantile", "0.99"));
        MoreMetrics(text);
        return text.ToString();
    }

    /// <summary>Server-sent events: each call as it comes and ends, and the totals.</summary>
    private async Task LiveAsync(HttpContext http)
    {
        Guard(http);
        http.Response.ContentType = "text/event-stream";
        http.Response.Headers["X-Accel-Buffering"] = "no";
        if (HttpMethods.IsHead(http.Request.Method)) return;
        using var end = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, Stopping);
        var calls = live.Watch(end.Token);
        try
        {
            await ShowAsync(http, calls, end.Token);
        }
        catch (OperationCanceledException)
        {
            // The page was closed, or the gate stops.
        }
        finally
        {
            // However it ended: the feed gives the place to another page.
            await end.CancelAsync();
        }
    }

    private async Task ShowAsync(HttpContext http, ChannelReader<LiveCall> calls, CancellationToken end)
    {
        var body = new ArrayBufferWriter<byte>();
        while (true)
        {
            while (calls.TryRead(out var call)) WriteEvent(body, "call"u8, json => WriteCall(json, call));
            WriteEvent(body, "totals"u8, WriteTotals);
            await http.Response.BodyWriter.WriteAsync(body.WrittenMemory, end);
            body.ResetWrittenCount();
            using var tick = CancellationTokenSource.CreateLinkedTokenSource(end);
            tick.CancelAfter(TotalsEvery);
            try
            {
                if (!await calls.WaitToReadAsync(tick.Token)) return;
            }
            catch (OperationCanceledException) when (!end.IsCancellationRequested)
            {
                // Nothing came: the totals go out alone.
            }
        }
    }

    private void WriteTotals(Utf8JsonWriter json)
    {
        var health = ledger();
        json.WriteNumber("calls", metrics.Recorded);
        json.WriteNumber("flight", inFlight());
        json.WriteNumber("refused", metrics.Refused);
        json.WriteNumber("unidentified", metrics.TurnedAway);
        json.WriteBoolean("writable", health.State is LedgerState.Writing or LedgerState.NearlyFull);
        json.WriteString("ledger", health.State is LedgerState.Writing or LedgerState.NearlyFull
            ? $"{health.Entries} entries" : "cannot be written");
        json.WriteStartArray("changed");
        foreach (var change in Adoption.Changes) json.WriteStringValue(change);
        json.WriteEndArray();
    }

    private static void WriteCall(Utf8JsonWriter json, LiveCall call)
    {
        json.WriteString("id", call.Id);
        json.WriteString("time", call.Time);
        json.WriteString("job", call.Job);
        json.WriteString("by", call.By);
        json.WriteString("endpoint", call.Endpoint);
        json.WriteString("model", call.Model);
        json.WriteString("outcome", call.Outcome);
        json.WriteString("reason", call.Reason);
        json.WriteNumber("ms", call.Milliseconds);
        json.WriteNumber("tokens", call.Tokens);
    }

    private static void WriteEvent(
        ArrayBufferWriter<byte> body, ReadOnlySpan<byte> name, Action<Utf8JsonWriter> members)
    {
        body.Write("event: "u8);
        body.Write(name);
        body.Write("\ndata: "u8);
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }
        body.Write("\n\n"u8);
    }

    private static Task TextAsync(HttpContext http, int status, string text)
    {
        http.Response.StatusCode = status;
        return BytesAsync(http, "text/plain; charset=utf-8", Encoding.UTF8.GetBytes(text));
    }

    private static async Task BytesAsync(HttpContext http, string contentType, byte[] body)
    {
        Guard(http);
        http.Response.ContentType = contentType;
        http.Response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(http.Request.Method))
            await http.Response.BodyWriter.WriteAsync(body, http.RequestAborted);
    }

    private static void Guard(HttpContext http)
    {
        http.Response.Headers.XContentTypeOptions = "nosniff";
        http.Response.Headers.ContentSecurityPolicy = ContentPolicy;
        http.Response.Headers["Referrer-Policy"] = "no-referrer";
        http.Response.Headers["Cross-Origin-Resource-Policy"] = "same-origin";
        http.Response.Headers.CacheControl = "no-store";
    }

    private static byte[] ReadPage()
    {
        using var resource = typeof(ControlPage).Assembly.GetManifestResourceStream("live.html")!;
        using var copy = new MemoryStream();
        resource.CopyTo(copy);
        return copy.ToArray();
    }
}
