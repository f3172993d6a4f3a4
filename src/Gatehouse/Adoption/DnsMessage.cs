using System.Buffers.Binary;
using System.Net;
using System.Text;

namespace Gatehouse.Adoption;

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
