using System.Buffers;

namespace Gatehouse.Core.Traffic;

/// <summary>Writes an event with changes to its data; every byte outside of them stays as it came.</summary>
public static class EventEditor
{
    /// <summary>Writes the event.</summary>
    /// <param name="next">The event; of its memory only the wire bytes are read.</param>
    /// <param name="edits">
    /// The changes, by offsets in the data, in order and apart. A replacement must not hold a line end.
    /// </param>
    /// <param name="output">Where it goes.</param>
    public static void Write(in StreamEvent next, ReadOnlySpan<Splice> edits, IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        var wire = next.Wire.Span;
        if (edits.IsEmpty)
        {
            output.Write(wire);
        }
        else if (next.DataOffset >= 0)
        {
            var taken = 0;
            foreach (var edit in edits)
            {
                output.Write(wire[taken..(next.DataOffset + edit.Offset)]);
                output.Write(edit.Replacement.Span);
                taken = next.DataOffset + edit.Offset + edit.Length;
            }
            output.Write(wire[taken..]);
        }
        else
        {
            WriteLines(new SseLines(wire, next.IsFirst), wire, edits, output);
        }
    }

    /// <summary>
    /// Data in several lines: changes each line and leaves the line ends, which are only space.
    /// </summary>
    private static void WriteLines(
        SseLines lines, ReadOnlySpan<byte> wire, ReadOnlySpan<Splice> edits, IBufferWriter<byte> output)
    {
        var (taken, dataAt) = (0, 0);
        while (lines.MoveNext())
        {
            if (lines.Field != SseField.Data)
                continue;
            foreach (var edit in edits)
            {
                // The whole change belongs to the line in which it begins; of the others it only takes.
                var from = Math.Clamp(edit.Offset - dataAt, 0, lines.ValueLength);
                var to = Math.Clamp(edit.Offset + edit.Length - dataAt, from, lines.ValueLength);
                var begins = edit.Offset >= dataAt && edit.Offset <= dataAt + lines.ValueLength;
                if (to == from && !begins)
                    continue;
                output.Write(wire[taken..(lines.ValueOffset + from)]);
                if (begins)
                    output.Write(edit.Replacement.Span);
                taken = lines.ValueOffset + to;
            }
            dataAt += lines.ValueLength + 1;
        }
        output.Write(wire[taken..]);
    }
}
