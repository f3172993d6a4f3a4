using System.Net;
using Microsoft.AspNetCore.Hosting.Server.Features;
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
