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
    /// <summary>
    /// Well under the 5 minutes after which common servers close idle connections; nginx closes after 75 s.
    /// </summary>
    private static readonly TimeSpan IdleTimeout = TimeSpan.FromSeconds(60);

    /// <summary>A model in a container gets a new address when it restarts: ask DNS again now and then.</summary>
    private static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(10);

    private readonly ConcurrentDictionary<(string? Socket, TimeSpan Connect), HttpMessageInvoker> _invokers = new();

    public Task<HttpResponseMessage> SendAsync(ModelPlan model, HttpRequestMessage request, CancellationToken stop)
        => _invokers.GetOrAdd(
            (model.Url.SocketPath, model.Timeouts.Connect), static at => Create(at.Socket, at.Connect))
            .SendAsync(request, stop);

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
        if (unixPath is not null) handler.ConnectCallback = (_, stop) => ConnectUnixAsync(unixPath, stop);
        return new HttpMessageInvoker(handler);
    }

    private static async ValueTask<Stream> ConnectUnixAsync(string path, CancellationToken stop)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), stop);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
