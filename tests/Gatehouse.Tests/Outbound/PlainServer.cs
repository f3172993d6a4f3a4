using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Gatehouse.Outbound;

namespace Gatehouse.Tests.Outbound;

/// <summary>
/// Answers each connection with prepared bytes: one request, one answer. It speaks no more HTTP than a test writes.
/// </summary>
internal sealed class PlainServer : IDisposable
{
    private readonly Socket _socket;
    private readonly Func<string, Stream, Task> _answer;

    private PlainServer(Socket socket, Func<string, Stream, Task> answer)
    {
        (_socket, _answer) = (socket, answer);
        socket.Listen();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_socket.LocalEndPoint!).Port;

    public Uri Url => new($"http://127.0.0.1:{Port}/start");

    /// <summary>The heads of the requests that arrived.</summary>
    public ConcurrentQueue<string> Heads { get; } = new();

    /// <summary>Connections that were opened, also without a request.</summary>
    public int Connections { get; private set; }

    public static PlainServer Start(string answer) => Start((_, stream) => SayAsync(stream, answer));

    public static PlainServer Start(Func<string, Stream, Task> answer)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return new PlainServer(socket, answer);
    }

    public static PlainServer StartOn(string socketPath, string answer)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(socketPath));
        return new PlainServer(socket, (_, stream) => SayAsync(stream, answer));
    }

    public static async Task SayAsync(Stream stream, string text)
        => await stream.WriteAsync(Encoding.Latin1.GetBytes(text));

    /// <summary>Waits until the client closes the connection.</summary>
    public static async Task WaitForEndAsync(Stream stream, CancellationToken stop)
    {
        var left = new byte[1024];
        while (await stream.ReadAsync(left, stop) > 0)
        {
            // What it still sends is of no interest.
        }
    }

    /// <summary>A whole answer, after which the connection ends.</summary>
    public static string Answer(string status, string body, string headers = "") => FormattableString.Invariant(
        $"HTTP/1.1 {status}\r\nContent-Length: {body.Length}\r\nConnection: close\r\n{headers}\r\n{body}");

    /// <summary>Connects here whatever the address is, as a network would that has it.</summary>
    public ValueTask<Stream> ConnectAsync(CancellationToken stop)
        => OutboundSocket.OpenAsync(new IPEndPoint(IPAddress.Loopback, Port), stop);

    public void Dispose() => _socket.Dispose();

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var connection = await _socket.AcceptAsync();
                Connections++;
                _ = ServeAsync(connection);
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(Socket connection)
    {
        await using var stream = new NetworkStream(connection, ownsSocket: true);
        var (head, buffer) = ("", new byte[4096]);
        try
        {
            while (!head.Contains("\r\n\r\n", StringComparison.Ordinal))
            {
                var read = await stream.ReadAsync(buffer);
                if (read == 0) return;
                head += Encoding.Latin1.GetString(buffer, 0, read);
            }
            Heads.Enqueue(head);
            await _answer(head, stream);
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException)
        {
            // The client is gone.
        }
    }
}

/// <summary>A clock on which short waits take no time and are kept; long ones, the limits, never end.</summary>
internal sealed class NotedWaits : TimeProvider
{
    public ConcurrentQueue<TimeSpan> Waits { get; } = new();

    /// <summary>Waits up to this are those before a retry.</summary>
    public TimeSpan ShortMax { get; init; } = TimeSpan.FromSeconds(10);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime > ShortMax || dueTime < TimeSpan.Zero)
            return base.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, period);
        Waits.Enqueue(dueTime);
        return base.CreateTimer(callback, state, TimeSpan.Zero, period);
    }
}
