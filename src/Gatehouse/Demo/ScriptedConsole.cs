using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Gatehouse.Demo;

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
