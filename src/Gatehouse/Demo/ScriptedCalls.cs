using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Gatehouse.Demo;

/// <summary>The scripted model's memory of its calls, bounded: the oldest go first.</summary>
internal sealed class ScriptedCalls(TimeProvider time)
{
    private const int CallsMax = 10_000;
    private const long BodyBytesMax = 128L * 1024 * 1024;

    private readonly Lock _lock = new();
    private readonly LinkedList<ScriptedCall> _calls = [];
    private readonly Dictionary<long, LinkedListNode<ScriptedCall>> _byNumber = [];
    private long _bodyBytes;
    private long _number;
    private long _generation;

    /// <summary>Calls received since the start or the last clearing, forgotten ones included.</summary>
    public long Count
    {
        get
        {
            lock (_lock)
                return _number;
        }
    }

    /// <summary>The calls that are remembered, oldest first.</summary>
    public IReadOnlyList<ScriptedCall> Snapshot()
    {
        lock (_lock)
            return [.. _calls];
    }

    public void Clear()
    {
        lock (_lock)
        {
            _calls.Clear();
            _byNumber.Clear();
            _bodyBytes = 0;
            _number = 0;
            _generation++;
        }
    }

    public double NowMs() => time.GetTimestamp() * 1000.0 / time.TimestampFrequency;

    /// <summary>Remembers a call; the result names it for <see cref="Update"/>.</summary>
    public (long Generation, long Number) Add(Func<long, ScriptedCall> create)
    {
        lock (_lock)
        {
            var call = create(++_number);
            _byNumber[call.Number] = _calls.AddLast(call);
            DropOld();
            return (_generation, call.Number);
        }
    }

    /// <summary>Replaces a call by what is now known of it; does nothing if it was forgotten.</summary>
    public void Update((long Generation, long Number) key, Func<ScriptedCall, ScriptedCall> change)
    {
        lock (_lock)
        {
            if (key.Generation != _generation || !_byNumber.TryGetValue(key.Number, out var node))
                return;
            _bodyBytes -= node.Value.Body.Length;
            node.Value = change(node.Value);
            _bodyBytes += node.Value.Body.Length;
            DropOld();
        }
    }

    private void DropOld()
    {
        while (_calls.Count > 1 && (_calls.Count > CallsMax || _bodyBytes > BodyBytesMax))
        {
            var oldest = _calls.First!;
            _bodyBytes -= oldest.Value.Body.Length;
            _byNumber.Remove(oldest.Value.Number);
            _calls.RemoveFirst();
        }
    }
}

/// <summary>
/// What the scripted model saw of one call. Times are milliseconds of the machine's monotonic clock
/// (CLOCK_MONOTONIC), so that another process can compare them with its own.
/// </summary>
internal sealed record ScriptedCall
{
    /// <summary>Counts from 1 since the start or the last clearing.</summary>
    public required long Number { get; init; }

    public required string Method { get; init; }

    /// <summary>Path and query as received.</summary>
    public required string Path { get; init; }

    public required IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; }

    public required double ArrivedMs { get; init; }

    /// <summary>The body as received, up to a limit; empty until it was read.</summary>
    public ReadOnlyMemory<byte> Body { get; init; }

    public long BodyBytes { get; init; }

    /// <summary>Content frames that were written and flushed.</summary>
    public int FramesSent { get; init; }

    public long BytesSent { get; init; }

    public int Status { get; init; }

    /// <summary>When the caller was seen to be gone; null if it stayed.</summary>
    public double? AbortedMs { get; init; }

    /// <summary>When the model was done with the call; null while it runs.</summary>
    public double? EndedMs { get; init; }

    public bool Aborted => AbortedMs is not null;

    /// <summary>The value of a header, or null.</summary>
    public string? Header(string name) => Headers
        .Where(header => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase))
        .Select(header => header.Value).FirstOrDefault();
}

/// <summary>
/// What tests in another process ask and set: <c>GET</c> and <c>DELETE /_scripted/calls</c>, and
/// <c>PUT /_scripted/knobs</c> with knobs as text, for every later call.
/// </summary>
internal sealed class ScriptedConsole(ScriptedCalls calls, ScriptedKnobs knobs)
{
    public const string Prefix = "/_scripted/";

    private volatile ScriptedKnobs _knobs = knobs;

    /// <summary>The knobs of a call that asks for none.</summary>
    public ScriptedKnobs Knobs => _knobs;

    public async Task AnswerAsync(HttpContext context)
    {
        var (status, body) = (context.Request.Method, context.Request.Path.Value) switch
        {
            ("GET", "/_scripted/calls") => (200, List()),
            ("DELETE", "/_scripted/calls") => Cleared(),
            ("PUT", "/_scripted/knobs") => await SetAsync(context),
            _ => (404, new JsonObject { ["error"] = "Known: GET, DELETE /_scripted/calls; PUT /_scripted/knobs." }),
        };
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        await context.Response.BodyWriter.WriteAsync(ScriptedJson.Bytes(body), context.RequestAborted);
    }

    private JsonObject List() => new()
    {
        ["now_ms"] = calls.NowMs(),
        ["count"] = calls.Count,
        ["calls"] = ScriptedJson.Array(calls.Snapshot().Select(call => (JsonNode)Describe(call))),
    };

    private (int Status, JsonObject Body) Cleared()
    {
        calls.Clear();
        return (200, new JsonObject { ["cleared"] = true });
    }

    private async Task<(int Status, JsonObject Body)> SetAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        try
        {
            _knobs = ScriptedKnobs.Parse(await reader.ReadToEndAsync(context.RequestAborted), ScriptedKnobs.None);
            return (200, new JsonObject { ["set"] = true });
        }
        catch (FormatException wrong)
        {
            return (400, new JsonObject { ["error"] = wrong.Message });
        }
    }

    private static JsonObject Describe(ScriptedCall call) => new()
    {
        ["number"] = call.Number,
        ["method"] = call.Method,
        ["path"] = call.Path,
        ["headers"] = ScriptedJson.Array(
            call.Headers.Select(header => (JsonNode)new JsonArray(header.Key, header.Value))),
        ["body"] = Encoding.UTF8.GetString(call.Body.Span),
        ["body_bytes"] = call.BodyBytes,
        ["status"] = call.Status,
        ["frames_sent"] = call.FramesSent,
        ["bytes_sent"] = call.BytesSent,
        ["arrived_ms"] = call.ArrivedMs,
        ["ended_ms"] = call.EndedMs,
        ["aborted"] = call.Aborted,
        ["aborted_ms"] = call.AbortedMs,
    };
}
