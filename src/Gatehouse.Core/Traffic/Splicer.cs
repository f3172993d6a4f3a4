using System.Buffers;

namespace Gatehouse.Core.Traffic;

/// <summary>Applies splices to a body; every byte outside them stays as it came.</summary>
public static class Splicer
{
    /// <summary>The length in bytes of the body after the splices, for a <c>Content-Length</c>.</summary>
    public static long LengthAfter(ReadOnlySpan<byte> body, ReadOnlySpan<Splice> splices)
    {
        long length = body.Length;
        foreach (var splice in splices)
            length += splice.Replacement.Length - splice.Length;
        return length;
    }

    /// <summary>Writes the body with the splices applied. They may come in any order.</summary>
    /// <exception cref="ArgumentException">Splices overlap, begin at the same offset, or leave the body; nothing was
    /// written.</exception>
    public static void Apply(ReadOnlySpan<byte> body, ReadOnlySpan<Splice> splices, IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        if (!AreDisjoint(body.Length, splices))
        {
            var sorted = splices.ToArray();
            Array.Sort(sorted, static (left, right) => left.Offset.CompareTo(right.Offset));
            if (!AreDisjoint(body.Length, sorted))
                throw new ArgumentException("Splices overlap or leave the body.", nameof(splices));
            splices = sorted;
        }
        var written = 0;
        foreach (var splice in splices)
        {
            output.Write(body[written..splice.Offset]);
            output.Write(splice.Replacement.Span);
            written = splice.Offset + splice.Length;
        }
        output.Write(body[written..]);
    }

    private static bool AreDisjoint(int bodyLength, ReadOnlySpan<Splice> splices)
    {
        var free = 0;
        var last = -1;
        foreach (var splice in splices)
        {
            if (splice.Offset < free || splice.Offset <= last || splice.Length < 0
                || splice.Length > bodyLength - splice.Offset)
            {
                return false;
            }
            last = splice.Offset;
            free = splice.Offset + splice.Length;
        }
        return true;
    }
}
