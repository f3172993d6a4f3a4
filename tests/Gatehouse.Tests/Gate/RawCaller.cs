using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Gatehouse.Tests.Gate;

/// <summary>
/// A caller without an HTTP library: it sees each byte when it comes, and may send what no library would.
/// </summary>
internal sealed class RawCaller : IDisposable
{
    private readonly Socket _socket;
    private readonly MemoryStream _received = new();

    private RawCaller(Socket socket) => _socket = socket;

    public string Received => Encoding.Latin1.GetString(_received.ToArray());

    public static async Task<RawCaller> ConnectAsync(EndPoint address, int? receiveBufferBytes = null)
    {
        var isUnix = address is UnixDomainSocketEndPoint;
        var socket = new Socket(address.AddressFamily, SocketType.Stream, isUnix ? ProtocolType.IP : ProtocolType.Tcp);
        if (receiveBufferBytes is { } bytes)
            socket.ReceiveBufferSize = bytes;
        await socket.ConnectAsync(address);
        return new RawCaller(socket);
    }

    public Task SendAsync(string text) => SendAsync(Encoding.Latin1.GetBytes(text));

    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        while (bytes.Length > 0)
            bytes = bytes[await _socket.SendAsync(bytes)..];
    }

    /// <summary>Sends a POST with a JSON body, as a client would.</summary>
    public Task PostAsync(string path, string json, string token, string more = "") => SendAsync(
        $"POST {path} HTTP/1.1\r\nHost: gate\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n"
        + $"{more}Content-Length: {Encoding.UTF8.GetByteCount(json)}\r\n\r\n{json}");

    /// <summary>Receives until the text is there, and returns all that came.</summary>
    public async Task<string> ReceiveUntilAsync(string text)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        while (!Received.Contains(text, StringComparison.Ordinal))
        {
            Assert.True(await ReceiveAsync(limit.Token), $"The connection ended before '{text}' came: {Received}");
        }

        return Received;
    }

    /// <summary>Receives until the other side ends or breaks the connection.</summary>
    public async Task<string> ReceiveToEndAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        while (await ReceiveAsync(limit.Token))
        {
        }

        return Received;
    }

    /// <summary>Receives what comes until nothing came for a while.</summary>
    public async Task<string> ReceiveUntilQuietAsync(TimeSpan quiet)
    {
        while (true)
        {
            using var limit = new CancellationTokenSource(quiet);
            try
            {
                if (!await ReceiveAsync(limit.Token))
                    return Received;
            }
            catch (OperationCanceledException)
            {
                return Received;
            }
        }
    }

    /// <summary>Says that nothing more will be sent, and goes on listening.</summary>
    public void EndSending() => _socket.Shutdown(SocketShutdown.Send);

    public void Dispose()
    {
        _socket.Dispose();
        _received.Dispose();
    }

    private async Task<bool> ReceiveAsync(CancellationToken stop)
    {
        var buffer = new byte[16 * 1024];
        try
        {
            var read = await _socket.ReceiveAsync(buffer, stop);
            _received.Write(buffer, 0, read);
            return read > 0;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
