using System.Buffers;
using System.Text.Json;

namespace Gatehouse.Core.Traffic;

/// <summary>
/// Finds in an OpenAI chat or completions stream what is there only because the gate asked for usage: the extra chunk,
/// which goes whole (<see cref="StreamSignals.UsageOnly"/>), and <c>"usage":null</c> in the others.
/// </summary>
public static class UsageStripper
{
    /// <summary>The edit that takes <c>"usage":null</c> out of an event's data; null when it has none.</summary>
    public static Splice? Find(in StreamEvent next)
    {
        var data = next.Data.Span;
        return next.HasData && data.IndexOf("\"usage\""u8) >= 0 && FindNull(data) is { } found
            ? new Splice(found.Start, found.End - found.Start, default) : null;
    }

    /// <summary>The bytes of the member with one of its commas, or null when the data has no such member.</summary>
    private static (int Start, int End)? FindNull(ReadOnlySpan<byte> data)
    {
        try
        {
            if (!AnswerJson.TryOpen(data, out var reader))
                return null;
            (int Start, int End)? found = null;
            while (AnswerJson.NextKey(ref reader))
            {
                var isUsage = reader.ValueTextEquals("usage"u8);
                var start = (int)reader.TokenStartIndex;
                reader.Read();
                if (isUsage && reader.TokenType == JsonTokenType.Null)
                    found = (start, (int)reader.BytesConsumed);
                reader.Skip();
            }
            return found is { } member ? WithComma(data, member.Start, member.End) : null;
        }
        catch (JsonException)
        {
            return null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private static (int Start, int End) WithComma(ReadOnlySpan<byte> data, int start, int end)
    {
        var before = data[..start].TrimEnd(" \t\r\n"u8).Length;
        if (data[before - 1] == ',')
            return (before - 1, end);
        var after = data.Length - data[end..].TrimStart(" \t\r\n"u8).Length;
        return (start, data[after] == ',' ? after + 1 : end);
    }
}

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
