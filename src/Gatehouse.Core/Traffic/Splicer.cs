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

    /// <summary>
    /// The body with the splices applied, as pieces of the body and the replacements: nothing is copied, and the body
    /// has to stay as it is. The splices may come in any order.
    /// </summary>
    /// <exception cref="ArgumentException">Splices overlap, begin at the same offset, or leave the body.</exception>
    public static ReadOnlySequence<byte> Apply(ReadOnlyMemory<byte> body, ReadOnlySpan<Splice> splices)
    {
        if (!AreDisjoint(body.Length, splices))
        {
            var sorted = splices.ToArray();
            Array.Sort(sorted, static (left, right) => left.Offset.CompareTo(right.Offset));
            if (!AreDisjoint(body.Length, sorted))
                throw new ArgumentException("Splices overlap or leave the body.", nameof(splices));
            splices = sorted;
        }
        var first = new Piece(ReadOnlyMemory<byte>.Empty, 0);
        var (last, taken) = (first, 0);
        foreach (var splice in splices)
        {
            last = last.Then(body[taken..splice.Offset]).Then(splice.Replacement);
            taken = splice.Offset + splice.Length;
        }
        last = last.Then(body[taken..]);
        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    private sealed class Piece : ReadOnlySequenceSegment<byte>
    {
        public Piece(ReadOnlyMemory<byte> bytes, long before) => (Memory, RunningIndex) = (bytes, before);

        public Piece Then(ReadOnlyMemory<byte> bytes)
        {
            var next = new Piece(bytes, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
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
