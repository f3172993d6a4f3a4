using System.Text.Json;

namespace Gatehouse.Core.Traffic;

/// <summary>OpenAI's Responses stream: named, numbered events, the last of which says how it ended.</summary>
internal sealed class ResponsesMachine : StreamMachine
{
    private bool _isEnded;

    private protected override bool IsComplete => _isEnded;

    private protected override StreamSignals Read(ReadOnlySpan<byte> name, ReadOnlySpan<byte> data)
    {
        // Not in the protocol, but some servers end every stream so. It does not make a stream complete.
        if (data.StartsWith("[DONE]"u8))
            return StreamSignals.Terminal | StreamSignals.End;
        if (!AnswerJson.TryOpen(data, out var reader))
            return Unreadable;
        // The name and the type should be equal; clients differ in which they look at, so both count.
        var signals = SignalsOf(name);
        while (AnswerJson.NextKey(ref reader))
        {
            if (reader.ValueTextEquals("type"u8))
            {
                reader.Read();
                // A type that is spelled with escapes is one that a client reads and a comparison of bytes misses.
                if (reader.TokenType == JsonTokenType.String)
                    signals |= reader.ValueIsEscaped ? Unreadable : SignalsOf(reader.ValueSpan);
                reader.Skip();
            }
            else if (reader.ValueTextEquals("sequence_number"u8))
            {
                if (AnswerJson.ReadCount(ref reader) is { } number and < long.MaxValue)
                    NextSequenceNumber = Math.Max(NextSequenceNumber, number + 1);
            }
            else if (reader.ValueTextEquals("response"u8))
            {
                ReadResponse(ref reader);
            }
            else if (reader.ValueTextEquals("error"u8))
            {
                if (AnswerJson.SkipIsTruthy(ref reader))
                    signals |= StreamSignals.Error;
            }
            else
            {
                reader.Skip();
            }
        }
        _isEnded |= signals.HasFlag(StreamSignals.End);
        return signals;
    }

    private static StreamSignals SignalsOf(ReadOnlySpan<byte> type)
    {
        if (type.SequenceEqual("response.completed"u8) || type.SequenceEqual("response.incomplete"u8))
            return StreamSignals.Terminal | StreamSignals.End;
        if (type.SequenceEqual("response.failed"u8))
            return StreamSignals.Terminal | StreamSignals.End | StreamSignals.Error;
        if (type.SequenceEqual("error"u8))
            return StreamSignals.Error;
        return type.EndsWith(".delta"u8) || type.EndsWith(".partial_image"u8)
            ? StreamSignals.Content : StreamSignals.None;
    }

    private void ReadResponse(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }
        while (AnswerJson.NextKey(ref reader))
        {
            if (reader.ValueTextEquals("usage"u8))
                Usage = AnswerJson.ReadUsage(ref reader, Usage);
            else if (reader.ValueTextEquals("model"u8))
                ReportedModel = AnswerJson.ReadName(ref reader, ReportedModel);
            else
                reader.Skip();
        }
    }
}
