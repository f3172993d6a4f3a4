using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Numerics;

namespace Gatehouse.Adoption;

/// <summary>The IPv4 ranges that this host routes, as the kernel lists them in /proc/net/route (proc(5)).</summary>
internal static class HostRoutes
{
    private const string File = "/proc/net/route";

    public static IReadOnlyList<IPNetwork> Read()
    {
        var ranges = new List<IPNetwork>();
        var bytes = new byte[4];
        foreach (var line in System.IO.File.ReadLines(File).Skip(1))
        {
            var fields = line.Split('\t', StringSplitOptions.TrimEntries);
            if (fields.Length < 8 || Hex(fields[1]) is not { } target || Hex(fields[7]) is not { } mask) continue;
            // The default route leads everywhere and takes nothing.
            if (mask == 0) continue;
            BinaryPrimitives.WriteUInt32LittleEndian(bytes, target & mask);
            ranges.Add(new IPNetwork(new IPAddress(bytes), BitOperations.PopCount(mask)));
        }
        return ranges;
    }

    private static uint? Hex(string text)
        => uint.TryParse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var number) ? number : null;
}
