using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
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

/// <summary>What answered a probe.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Job">The job as which the gate knew the caller; null when no gate answered.</param>
/// <param name="Body">The start of the body, as it came (chunk marks included).</param>
internal sealed record InsideAnswer(int Status, string? Job, string Body)
{
    private const string JobHeader = "X-Gatehouse-Job:";

    public static InsideAnswer? Parse(string text)
    {
        var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        var lines = (end < 0 ? text : text[..end]).Split("\r\n");
        var first = lines[0].Split(' ');
        if (first.Length < 2 || !first[0].StartsWith("HTTP/1.", StringComparison.Ordinal)) return null;
        if (!int.TryParse(first[1], NumberStyles.None, CultureInfo.InvariantCulture, out var status)) return null;
        var job = lines.FirstOrDefault(line => line.StartsWith(JobHeader, StringComparison.OrdinalIgnoreCase));
        return new InsideAnswer(status, job?[JobHeader.Length..].Trim(), end < 0 ? "" : text[(end + 4)..]);
    }
}

/// <summary>
/// One DNS question for an IPv4 address and its answer (RFC 1035, section 4). Asked by hand, because the system's
/// resolver would read the host's settings and not the container's.
/// </summary>
internal static class DnsMessage
{
    private const ushort Id = 0x4748;
    private const ushort TypeA = 1;
    private const int HeaderBytes = 12;

    /// <summary>A recursive question for the A records of a name.</summary>
    public static byte[] Question(string name)
    {
        var bytes = new List<byte>(HeaderBytes + name.Length + 6);
        Add(bytes, Id, 0x0100, 1, 0, 0, 0);
        foreach (var label in name.Split('.'))
        {
            var text = Encoding.ASCII.GetBytes(label);
            bytes.Add((byte)text.Length);
            bytes.AddRange(text);
        }
        bytes.Add(0);
        Add(bytes, TypeA, 1);
        return [.. bytes];
    }

    /// <summary>The A records of an answer; empty where it has none or is no answer to the question.</summary>
    public static IReadOnlyList<IPAddress> Addresses(ReadOnlySpan<byte> answer)
    {
        var found = new List<IPAddress>();
        if (answer.Length < HeaderBytes || BinaryPrimitives.ReadUInt16BigEndian(answer) != Id) return found;
        var (questions, records) = (BinaryPrimitives.ReadUInt16BigEndian(answer[4..]),
            BinaryPrimitives.ReadUInt16BigEndian(answer[6..]));
        var at = HeaderBytes;
        for (var question = 0; question < questions && at >= 0; question++)
        {
            at = AfterName(answer, at);
            if (at >= 0) at += 4;
        }
        for (var record = 0; record < records && at >= 0; record++)
        {
            at = AfterName(answer, at);
            if (at < 0 || at + 10 > answer.Length) return found;
            var (type, length) = (BinaryPrimitives.ReadUInt16BigEndian(answer[at..]),
                BinaryPrimitives.ReadUInt16BigEndian(answer[(at + 8)..]));
            at += 10;
            if (at + length > answer.Length) return found;
            if (type == TypeA && length == 4) found.Add(new IPAddress(answer.Slice(at, 4)));
            at += length;
        }
        return found;
    }

    /// <summary>The place behind a name, compressed or not; -1 when it does not end.</summary>
    private static int AfterName(ReadOnlySpan<byte> message, int at)
    {
        while (at < message.Length)
        {
            if (message[at] == 0) return at + 1;
            if ((message[at] & 0xC0) == 0xC0) return at + 2;
            at += message[at] + 1;
        }
        return -1;
    }

    private static void Add(List<byte> bytes, params ReadOnlySpan<ushort> words)
    {
        foreach (var word in words)
        {
            bytes.Add((byte)(word >> 8));
            bytes.Add((byte)word);
        }
    }
}
