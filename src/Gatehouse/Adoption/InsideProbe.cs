using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Gatehouse.Linux;

namespace Gatehouse.Adoption;

/// <summary>
/// What a process in some network can reach, tried by plain sockets. To be called inside
/// <see cref="NetworkNamespace.RunAsync"/>; blocking, and bounded in time.
/// </summary>
internal static class InsideProbe
{
    /// <summary>The answer to a list of models; more is not needed to know who answered.</summary>
    private const int AnswerBytesMax = 256 * 1024;

    /// <summary>The engine's embedded DNS in every container on a network of its own.</summary>
    private static readonly IPEndPoint EmbeddedDns = new(IPAddress.Parse("127.0.0.11"), 53);

    /// <summary>The IPv4 addresses of a name by the engine's DNS; empty when it knows none.</summary>
    /// <exception cref="SocketException">The DNS does not answer.</exception>
    public static IReadOnlyList<IPAddress> Resolve(string name, TimeSpan patience)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.ReceiveTimeout = (int)patience.TotalMilliseconds;
        socket.Connect(EmbeddedDns);
        socket.Send(DnsMessage.Question(name));
        Span<byte> answer = stackalloc byte[1500];
        var length = socket.Receive(answer);
        return DnsMessage.Addresses(answer[..length]);
    }

    /// <summary>Whether a connection opens; what stood in the way otherwise.</summary>
    public static SocketError Connect(IPEndPoint address, TimeSpan patience)
    {
        using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        return Connect(socket, address, patience);
    }

    /// <summary>One GET; the status, the header X-Gatehouse-Job and the start of the body.</summary>
    /// <exception cref="SocketException">It cannot be reached.</exception>
    /// <exception cref="IOException">What answers speaks no HTTP.</exception>
    public static InsideAnswer Get(IPEndPoint address, string host, string path, TimeSpan patience)
    {
        using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        socket.ReceiveTimeout = (int)patience.TotalMilliseconds;
        socket.SendTimeout = (int)patience.TotalMilliseconds;
        var opened = Connect(socket, address, patience);
        if (opened != SocketError.Success) throw new SocketException((int)opened);
        socket.Send(Encoding.ASCII.GetBytes(
            $"GET {path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: gatehouse-verify\r\nConnection: close\r\n\r\n"));
        var bytes = new byte[AnswerBytesMax];
        var (length, clock) = (0, Stopwatch.StartNew());
        while (length < bytes.Length && clock.Elapsed < patience)
        {
            var read = socket.Receive(bytes.AsSpan(length));
            if (read == 0) break;
            length += read;
        }
        return InsideAnswer.Parse(Encoding.UTF8.GetString(bytes, 0, length))
            ?? throw new IOException("What answers there speaks no HTTP.");
    }

    private static SocketError Connect(Socket socket, IPEndPoint address, TimeSpan patience)
    {
        socket.Blocking = false;
        try
        {
            socket.Connect(address);
        }
        catch (SocketException error) when (error.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress)
        {
            if (!socket.Poll(patience, SelectMode.SelectWrite)) return SocketError.TimedOut;
        }
        catch (SocketException error)
        {
            return error.SocketErrorCode;
        }
        var result = (SocketError)(int)socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Error)!;
        socket.Blocking = true;
        return result;
    }
}
