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
