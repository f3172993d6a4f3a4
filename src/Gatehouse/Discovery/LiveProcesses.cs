using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Text;
using Gatehouse.Core.Discovery;

namespace Gatehouse.Discovery;

/// <summary>Lists processes from <c>/proc</c>. A process that ends meanwhile is left out.</summary>
internal static class LiveProcesses
{
    private const int ProcessesMax = 50_000; // Far more than any host has.
    private const int CommandBytesMax = 64 * 1024; // Of one command line.
    private const int IdLength = 64; // Hexadecimal digits of a container's id.

    /// <summary>Every process with a command line; threads of the kernel have none.</summary>
    /// <param name="root">The folder that stands for <c>/proc</c>.</param>
    public static IReadOnlyList<LiveProcess> Read(string root)
    {
        var found = new List<LiveProcess>();
        foreach (var folder in Directory.EnumerateDirectories(root).Take(ProcessesMax))
        {
            if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var id)
                && One(id, folder) is { } process)
            {
                found.Add(process);
            }
        }
        return found;
    }

    private static LiveProcess? One(int id, string folder)
    {
        try
        {
            var words = Text(Path.Combine(folder, "cmdline"), CommandBytesMax)
                .Split('\0', StringSplitOptions.RemoveEmptyEntries);
            if (words.Length == 0) return null;
            var (container, unit) = Group(Text(Path.Combine(folder, "cgroup"), 16 * 1024));
            return new LiveProcess(id, [.. words], Uid(Path.Combine(folder, "status")),
                Namespace(Path.Combine(folder, "ns", "net")), container, unit);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static int Uid(string path)
    {
        foreach (var line in Text(path, 16 * 1024).Split('\n'))
        {
            if (line.StartsWith("Uid:", StringComparison.Ordinal)
                && line.Split('\t') is [_, var real, ..]
                && int.TryParse(real, CultureInfo.InvariantCulture, out var uid))
            {
                return uid;
            }
        }
        return -1;
    }

    /// <summary>
    /// The namespace's name, as <c>net:[4026531840]</c>; empty where another user's may not be asked.
    /// </summary>
    private static string Namespace(string path)
    {
        try
        {
            return new FileInfo(path).LinkTarget ?? "";
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    /// <summary>
    /// The container or the service that a control group belongs to, by the names that engines and systemd give.
    /// </summary>
    private static (string? Container, string? Unit) Group(string text)
    {
        string? unit = null;
        foreach (var part in text.Split('\n').SelectMany(line => line.Split('/').Skip(1)))
        {
            var name = part.EndsWith(".scope", StringComparison.Ordinal) ? part[..^".scope".Length] : part;
            var id = name[(name.LastIndexOf('-') + 1)..];
            if (id.Length == IdLength && id.All(char.IsAsciiHexDigitLower)) return (id, null);
            if (part.EndsWith(".service", StringComparison.Ordinal)
                && !part.StartsWith("user@", StringComparison.Ordinal))
            {
                unit = part;
            }
        }
        return (null, unit);
    }

    private static string Text(string path, int bytesMax)
    {
        using var file = File.OpenRead(path);
        var bytes = new byte[bytesMax];
        return Encoding.UTF8.GetString(bytes, 0, file.ReadAtLeast(bytes, bytesMax, throwOnEndOfStream: false));
    }
}

/// <summary>One running process, as far as this user may see it.</summary>
/// <param name="Id">Its number.</param>
/// <param name="CommandLine">Program and arguments. May hold secrets: match on it, never print it.</param>
/// <param name="Uid">The user that it runs as; -1 when that could not be read.</param>
/// <param name="Namespace">Its network namespace; empty when that could not be read.</param>
/// <param name="Container">The id of its container; null when it is in none.</param>
/// <param name="Unit">The service that started it; null when none did.</param>
internal sealed record LiveProcess(
    int Id, ImmutableArray<string> CommandLine, int Uid, string Namespace, string? Container, string? Unit)
{
    /// <summary>The program's own name.</summary>
    public string Program => CommandLine is [var first, ..] ? Path.GetFileName(first.Split(' ')[0].TrimEnd(':')) : "";

    /// <summary>Whose it is, as observations name it.</summary>
    public ObservationIdentity Identity
        => Unit is null ? ObservationIdentity.Process(Id) : ObservationIdentity.Unit(Unit);
}

/// <summary>
/// Reads <c>/proc/PID/net/tcp</c> and <c>tcp6</c> (proc_pid_net(5)): listening and open sockets only.
/// </summary>
internal static class TcpTable
{
    private const int EntriesMax = 20_000; // Sockets of one namespace that are kept; a busy proxy has a few thousand.
    private const string Established = "01"; // The kernel's numbers of states, include/net/tcp_states.h.
    private const string Listening = "0A";

    /// <summary>The sockets in a table's lines; lines of another form are passed over.</summary>
    public static IEnumerable<TcpEntry> Read(IEnumerable<string> lines)
        => lines.Skip(1).Select(Entry).OfType<TcpEntry>().Take(EntriesMax);

    private static TcpEntry? Entry(string line)
    {
        var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length < 10 || fields[3] is not (Established or Listening)) return null;
        if (Point(fields[1]) is not { } local || Point(fields[2]) is not { } remote) return null;
        return long.TryParse(fields[9], NumberStyles.None, CultureInfo.InvariantCulture, out var inode)
            ? new TcpEntry(local, remote, fields[3] == Listening, inode) : null;
    }

    private static IPEndPoint? Point(string text)
    {
        var cut = text.IndexOf(':', StringComparison.Ordinal);
        if (cut is not (8 or 32) || !int.TryParse(text.AsSpan(cut + 1), NumberStyles.AllowHexSpecifier,
            CultureInfo.InvariantCulture, out var port) || port > 65535)
        {
            return null;
        }
        // The kernel prints each 32-bit word of the address as a number in the machine's own order.
        var bytes = new byte[cut / 2];
        for (var word = 0; word < cut / 8; word++)
        {
            if (!uint.TryParse(text.AsSpan(word * 8, 8), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture,
                out var value))
            {
                return null;
            }
            if (BitConverter.IsLittleEndian) BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(word * 4), value);
            else BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(word * 4), value);
        }
        var address = new IPAddress(bytes);
        return new IPEndPoint(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address, port);
    }
}

/// <summary>One line of the kernel's table of TCP sockets.</summary>
/// <param name="Local">This end.</param>
/// <param name="Remote">The other end; all zero while it listens.</param>
/// <param name="IsListening">Whether it waits for connections.</param>
/// <param name="Inode">The socket's number, by which its process is found; 0 when it has none any more.</param>
internal sealed record TcpEntry(IPEndPoint Local, IPEndPoint Remote, bool IsListening, long Inode);
