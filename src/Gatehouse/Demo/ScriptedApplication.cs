using System.Buffers;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Gatehouse.Demo;

/// <summary>Records each call and has it answered.</summary>
internal sealed class ScriptedApplication(ScriptedModelOptions options, ScriptedCalls calls, TimeProvider time)
    : IHttpApplication<HttpContext>
{
    /// <summary>What is remembered of a body; the rest is counted only.</summary>
    private const int BodyKeptBytes = 4 * 1024 * 1024;

    private readonly ScriptedConsole _console = new(calls, ScriptedKnobs.Parse(options.Knobs, ScriptedKnobs.None));
    private readonly ScriptedRoutes _routes = new(options, time);

    public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

    public void DisposeContext(HttpContext context, Exception? exception)
    {
        // Nothing is pooled, and the server logs its own exceptions.
    }

    public async Task ProcessRequestAsync(HttpContext context)
    {
        if (context.Request.Path.StartsWithSegments("/_scripted"))
        {
            await _console.AnswerAsync(context);
            return;
        }

        var key = calls.Add(number => Arrived(number, context.Request));
        var cut = false;
        await using var watch = context.RequestAborted.Register(() =>
        {
            if (!Volatile.Read(ref cut))
                calls.Update(key, call => call with { AbortedMs = call.AbortedMs ?? calls.NowMs() });
        });
        try
        {
            var body = await ReadAsync(context);
            calls.Update(key, call => call with
            {
                Body = body.Length > BodyKeptBytes ? body[..BodyKeptBytes] : body,
                BodyBytes = body.Length,
            });
            await _routes.AnswerAsync(context, body, _console.Knobs, key.Number, (frames, bytes) => calls.Update(
                key, call => call with { FramesSent = call.FramesSent + frames, BytesSent = call.BytesSent + bytes }));
        }
        catch (ScriptedCutException)
        {
            Volatile.Write(ref cut, true);
            context.Abort();
        }
        catch (Exception gone) when (gone is OperationCanceledException or IOException)
        {
            calls.Update(key, call => call with { AbortedMs = call.AbortedMs ?? calls.NowMs() });
            context.Abort();
        }
        finally
        {
            calls.Update(key, call => call with { EndedMs = calls.NowMs(), Status = context.Response.StatusCode });
        }
    }

    private ScriptedCall Arrived(long number, HttpRequest request) => new()
    {
        Number = number,
        Method = request.Method,
        Path = request.HttpContext.Features.Get<IHttpRequestFeature>()!.RawTarget,
        Headers = [.. request.Headers.SelectMany(header => header.Value.Select(
            value => KeyValuePair.Create(header.Key, value ?? "")))],
        ArrivedMs = calls.NowMs(),
    };

    private static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpContext context)
    {
        var reader = context.Request.BodyReader;
        while (true)
        {
            var read = await reader.ReadAsync(context.RequestAborted);
            if (read.IsCompleted)
            {
                var body = read.Buffer.ToArray();
                reader.AdvanceTo(read.Buffer.End);
                return body;
            }

            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }
}
