using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Gatehouse.Core.Estate;

namespace Gatehouse.Gate.Upstream;

/// <summary>
/// Connections to models. No proxy from the environment, no redirects, no cookies, no decompression: what the
/// estate names is what is called, and what comes back is what was sent.
/// </summary>
internal sealed class UpstreamClient : IDisposable
{
    /// <summary>What a call may wait for a connection beyond the limit for connecting, in the pool.</summary>
    private static readonly TimeSpan ConnectSlack = TimeSpan.FromSeconds(10);

    /// <summary>
    /// What the kernel may hold of an answer that nobody reads, twice; left alone it grows to several MiB.
    /// </summary>
    private const int KernelBufferBytes = 128 * 1024;

    /// <summary>
    /// Well under the 5 minutes after which common servers close idle connections; nginx closes after 75 s.
    /// </summary>
    private static readonly TimeSpan IdleTimeout = TimeSpan.FromSeconds(60);

    /// <summary>A model in a container gets a new address when it restarts: ask DNS again now and then.</summary>
    private static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(10);

    private readonly ConcurrentDictionary<(string? Socket, TimeSpan Connect), HttpMessageInvoker> _invokers = new();

    /// <summary>The calls that have no connection yet, since when, and how long connecting may take.</summary>
    private readonly ConcurrentDictionary<ForwardedBody, (long Since, TimeSpan Limit)> _waiting = new();

    public async Task<HttpResponseMessage> SendAsync(
        ModelPlan model, HttpRequestMessage request, CancellationToken stop)
    {
        var invoker = _invokers.GetOrAdd(
            (model.Url.SocketPath, model.Timeouts.Connect), static at => Create(at.Socket, at.Connect));
        if (request.Content is not ForwardedBody body) return await invoker.SendAsync(request, stop);
        _waiting[body] = (TimeProvider.System.GetTimestamp(), model.Timeouts.Connect + ConnectSlack);
        body.OnConnected = () => _waiting.TryRemove(body, out _);
        try
        {
            return await invoker.SendAsync(request, stop);
        }
        finally
        {
            _waiting.TryRemove(body, out _);
        }
    }

    /// <summary>Calls that wait for a connection longer than connecting can take: something here is stuck.</summary>
    public int Waiting()
        => _waiting.Count(one => TimeProvider.System.GetElapsedTime(one.Value.Since) > one.Value.Limit);

    public void Dispose()
    {
        foreach (var invoker in _invokers.Values) invoker.Dispose();
    }

    private static HttpMessageInvoker Create(string? unixPath, TimeSpan connectTimeout)
    {
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            ActivityHeadersPropagator = null,
            // What a caller's header holds above ASCII goes on byte for byte, as it was read.
            RequestHeaderEncodingSelector = static (_, _) => Encoding.Latin1,
            ConnectTimeout = connectTimeout,
            PooledConnectionIdleTimeout = IdleTimeout,
            PooledConnectionLifetime = ConnectionLifetime,
            // Draining reads the rest of an answer nobody wants; closing tells the model at once to stop.
            MaxResponseDrainSize = 0,
        };
        handler.SslOptions.RemoteCertificateValidationCallback =
            static (_, _, chain, errors) => UpstreamCause.CheckCertificate(chain, errors);
        handler.ConnectCallback = (context, stop) => unixPath is null
            ? ConnectAsync(
                new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true }, context.DnsEndPoint, stop)
            : ConnectAsync(
                new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified),
                new UnixDomainSocketEndPoint(unixPath), stop);
        return new HttpMessageInvoker(handler);
    }

    private static async ValueTask<Stream> ConnectAsync(Socket socket, EndPoint address, CancellationToken stop)
    {
        try
        {
            socket.ReceiveBufferSize = KernelBufferBytes;
            await socket.ConnectAsync(address, stop);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
