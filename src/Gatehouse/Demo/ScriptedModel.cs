using System.Buffers;
using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Gatehouse.Demo;

/// <summary>
/// A model server without a model: real HTTP, three dialects, answers from a script. The demo shows Gatehouse with it,
/// and the tests make it misbehave (see <see cref="ScriptedKnobs"/>) and ask what it received.
/// </summary>
internal sealed class ScriptedModel : IAsyncDisposable
{
    private static readonly TimeSpan StopGrace = TimeSpan.FromMilliseconds(50);

    private readonly KestrelServer _server;

    private ScriptedModel(KestrelServer server, ScriptedCalls calls, string address)
    {
        _server = server;
        Calls = calls;
        Address = address;
    }

    /// <summary>What an estate's <c>url:</c> takes: <c>http://127.0.0.1:PORT</c> or <c>unix:PATH</c>.</summary>
    public string Address { get; }

    public ScriptedCalls Calls { get; }

    /// <summary>Listens on an address; port 0 picks a free one.</summary>
    /// <exception cref="IOException">The address is in use.</exception>
    public static Task<ScriptedModel> StartAsync(
        IPEndPoint endPoint, ScriptedModelOptions? options = null, CancellationToken cancel = default) =>
        StartAsync(kestrel => kestrel.Listen(endPoint, OverHttp1), options, cancel);

    /// <summary>Listens on a Unix socket.</summary>
    public static Task<ScriptedModel> StartAsync(
        string unixPath, ScriptedModelOptions? options = null, CancellationToken cancel = default) =>
        StartAsync(kestrel => kestrel.ListenUnixSocket(unixPath, OverHttp1), options, cancel);

    public async ValueTask DisposeAsync()
    {
        // Streams that are still open are cut when the grace ends: an endless one would never let the server stop.
        using var grace = new CancellationTokenSource(StopGrace);
        await _server.StopAsync(grace.Token);
        _server.Dispose();
    }

    private static void OverHttp1(ListenOptions listen) => listen.Protocols = HttpProtocols.Http1;

    private static async Task<ScriptedModel> StartAsync(
        Action<KestrelServerOptions> listen, ScriptedModelOptions? options, CancellationToken cancel)
    {
        options ??= new ScriptedModelOptions();
        var kestrel = new KestrelServerOptions { AddServerHeader = false };
        kestrel.Limits.MaxRequestBodySize = ScriptedRequest.BodyBytesMax;
        // Tests read slowly on purpose.
        kestrel.Limits.MinRequestBodyDataRate = null;
        kestrel.Limits.MinResponseDataRate = null;
        listen(kestrel);

        var calls = new ScriptedCalls(TimeProvider.System);
        var application = new ScriptedApplication(options, calls, TimeProvider.System);
        var transport = new SocketTransportFactory(
            Options.Create(new SocketTransportOptions()), NullLoggerFactory.Instance);
        var server = new KestrelServer(Options.Create(kestrel), transport, NullLoggerFactory.Instance);
        try
        {
            await server.StartAsync(application, cancel);
        }
        catch
        {
            server.Dispose();
            throw;
        }

        var address = server.Features.Get<IServerAddressesFeature>()!.Addresses.First();
        var isUnix = address.StartsWith("http://unix:", StringComparison.Ordinal);
        return new ScriptedModel(server, calls, isUnix ? address["http://".Length..] : address);
    }
}

/// <summary>How a scripted model is started.</summary>
internal sealed record ScriptedModelOptions
{
    /// <summary>Knobs of every call that does not set them itself, for example <c>delay-token=25</c>.</summary>
    public string Knobs { get; init; } = "";

    /// <summary>If set, calls with another API key get 401 with a body that shows the key they sent.</summary>
    public string? RequiredKey { get; init; }

    /// <summary>The models that lists name. Any other name is answered too, unless it begins with "missing".</summary>
    public IReadOnlyList<string> Models { get; init; } =
        ["llama3.2:3b", "nomic-embed-text:latest", "gpt-4o-mini", "claude-haiku-4-5"];

    /// <summary>Those of them that are run elsewhere, as Ollama says it of the models of its cloud.</summary>
    public IReadOnlyList<string> Remote { get; init; } = [];
}

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
