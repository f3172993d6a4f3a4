using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Gatehouse.Tests.Gate;

/// <summary>An upstream that says the same bytes to every call, right or wrong, and closes the connection.</summary>
internal sealed class HostileUpstream : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Func<string, byte[]> _answer;
    private readonly Task _serving;

    public HostileUpstream(string contentType, string body)
        : this(_ => Whole("200 OK", contentType, body))
    {
    }

    /// <summary>Says something for each path, and 404 for others; paths that were asked for are kept.</summary>
    public HostileUpstream(IReadOnlyDictionary<string, string> answers)
        : this(path => answers.TryGetValue(path, out var body)
            ? Whole("200 OK", "application/json", body) : Whole("404 Not Found", "application/json", "{}"))
    {
    }

    private HostileUpstream(Func<string, byte[]> answer)
    {
        _answer = answer;
        _listener.Start();
        _serving = ServeAsync();
    }

    public System.Collections.Concurrent.ConcurrentQueue<string> Paths { get; } = new();

    public string Address => $"http://{_listener.LocalEndpoint}";

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            using var socket = await _listener.AcceptSocketAsync(_stop.Token);
            await AnswerAsync(socket);
        }
    }

    private async Task AnswerAsync(Socket socket)
    {
        var buffer = new byte[64 * 1024];
        var text = "";
        try
        {
            while (!IsWhole(text))
            {
                var read = await socket.ReceiveAsync(buffer, _stop.Token);
                if (read == 0) return;
                text += Encoding.Latin1.GetString(buffer, 0, read);
            }
            var path = text.Split(' ', 3)[1];
            Paths.Enqueue(path);
            await socket.SendAsync(_answer(path), _stop.Token);
            socket.Shutdown(SocketShutdown.Send);
            while (await socket.ReceiveAsync(buffer, _stop.Token) > 0)
            {
            }
        }
        catch (SocketException)
        {
            // The gate broke the connection off: what it says to its caller is what the test looks at.
        }
    }

    private static byte[] Whole(string status, string contentType, string body) => Encoding.UTF8.GetBytes(
        $"HTTP/1.1 {status}\r\nContent-Type: {contentType}\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n"
        + $"Connection: close\r\n\r\n{body}");

    private static bool IsWhole(string text)
    {
        var head = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        if (head < 0) return false;
        var at = text.IndexOf("Content-Length: ", StringComparison.OrdinalIgnoreCase);
        if (at < 0 || at > head) return true;
        var length = int.Parse(
            text[(at + 16)..text.IndexOf('\r', at)], System.Globalization.CultureInfo.InvariantCulture);
        return text.Length >= head + 4 + length;
    }
}
