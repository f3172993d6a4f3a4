using System.Buffers.Binary;
using System.Globalization;
using System.Net;

namespace Gatehouse.Discovery;

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
