using System.Buffers;
using System.Text.Json;

namespace Gatehouse.Core.Traffic;

/// <summary>What became of an event under <see cref="UsageStripper"/>.</summary>
public enum UsageStrip
{
    /// <summary>Nothing is to be taken out: pass the wire bytes on.</summary>
    Unchanged,

    /// <summary>The whole event exists only because the gate asked for usage: pass nothing on.</summary>
    Dropped,

    /// <summary>The bytes to pass on were written to the output.</summary>
    Rewritten,
}

/// <summary>
/// Takes out of an OpenAI chat or completions stream what is there only because the gate asked for usage: the extra
/// chunk, and <c>"usage":null</c> in the others. Every other byte stays as it came.
/// </summary>
public static class UsageStripper
{
    /// <summary>Strips one event that <see cref="StreamMachine.Observe"/> gave these signals.</summary>
    public static UsageStrip Strip(in StreamEvent next, StreamSignals signals, IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        if (signals.HasFlag(StreamSignals.UsageOnly))
            return UsageStrip.Dropped;
        var data = next.Data.Span;
        if (!next.HasData || data.IndexOf("\"usage\""u8) < 0 || FindNull(data) is not { } found)
            return UsageStrip.Unchanged;
        var wire = next.Wire.Span;
        if (next.DataOffset >= 0)
        {
            output.Write(wire[..(next.DataOffset + found.Start)]);
            output.Write(wire[(next.DataOffset + found.End)..]);
        }
        else
        {
            WriteLines(new SseLines(wire, next.IsFirst), wire, found, output);
        }
        return UsageStrip.Rewritten;
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

    /// <summary>
    /// Data in several lines: takes the bytes out of each line and leaves the line ends, which are only space.
    /// </summary>
    private static void WriteLines(
        SseLines lines, ReadOnlySpan<byte> wire, (int Start, int End) removed, IBufferWriter<byte> output)
    {
        var written = 0;
        var dataAt = 0;
        while (lines.MoveNext())
        {
            if (lines.Field != SseField.Data)
                continue;
            var from = Math.Clamp(removed.Start - dataAt, 0, lines.ValueLength);
            var to = Math.Clamp(removed.End - dataAt, from, lines.ValueLength);
            output.Write(wire[written..(lines.ValueOffset + from)]);
            written = lines.ValueOffset + to;
            dataAt += lines.ValueLength + 1;
        }
        output.Write(wire[written..]);
    }
}
