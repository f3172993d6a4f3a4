using System.Net;
using System.Net.Sockets;
using Gatehouse.Core.Estate;
using Gatehouse.Server;

namespace Gatehouse.Cli;

/// <summary>
/// Reads what the running gate shows on its control address. The home's own socket is asked first: it is this gate's
/// also when the gate runs in a container, whose loopback is another.
/// </summary>
internal sealed class ControlClient(ListenAddress control, string home) : IDisposable
{
    /// <summary>Its documents are a few KiB; another program on this port may send anything.</summary>
    private const int AnswerBytesMax = 1 << 20;

    private readonly HttpClient _client = new(new SocketsHttpHandler
    {
        UseProxy = false,
        AllowAutoRedirect = false,
        ConnectCallback = (_, cancel) => ConnectAsync(control, home, cancel),
    })
    { MaxResponseContentBufferSize = AnswerBytesMax };

    /// <summary>Asks for a path.</summary>
    /// <exception cref="HttpRequestException">Nobody answers there.</exception>
    public async Task<(HttpStatusCode Status, string Text)> GetAsync(string path, CancellationToken stop)
    {
        using var response = await _client.GetAsync(new Uri($"http://localhost{path}"), stop);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(stop));
    }

    public void Dispose() => _client.Dispose();

    private static async ValueTask<Stream> ConnectAsync(ListenAddress control, string home, CancellationToken cancel)
    {
        try
        {
            return await ConnectAsync(new UnixDomainSocketEndPoint(Path.Combine(home, "control.sock")), cancel);
        }
        catch (Exception error) when (error is SocketException or ArgumentOutOfRangeException)
        {
            // No gate on it, or not for this user: the address is for everybody on this host.
            return await ConnectAsync(GatehouseServer.AddressOf(control), cancel);
        }
    }

    private static async ValueTask<Stream> ConnectAsync(EndPoint address, CancellationToken cancel)
    {
        var socket = address is UnixDomainSocketEndPoint
            ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
            : new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(address, cancel);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
