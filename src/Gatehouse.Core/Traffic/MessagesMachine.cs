using System.Text.Json;

namespace Gatehouse.Core.Traffic;

/// <summary>Anthropic's Messages stream: from <c>message_start</c> to <c>message_stop</c>.</summary>
internal sealed class MessagesMachine : StreamMachine
{
    private bool _isStopped;

    private protected override bool IsComplete => _isStopped;

    private protected override StreamSignals Read(ReadOnlySpan<byte> name, ReadOnlySpan<byte> data)
    {
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
            else if (reader.ValueTextEquals("usage"u8))
            {
                Usage = AnswerJson.ReadUsage(ref reader, Usage);
            }
            else if (reader.ValueTextEquals("message"u8))
            {
                ReadMessage(ref reader);
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
        _isStopped |= signals.HasFlag(StreamSignals.End);
        return signals;
    }

    private static StreamSignals SignalsOf(ReadOnlySpan<byte> type)
    {
        if (type.SequenceEqual("content_block_delta"u8))
            return StreamSignals.Content;
        if (type.SequenceEqual("message_delta"u8))
            return StreamSignals.Terminal;
        if (type.SequenceEqual("message_stop"u8))
            return StreamSignals.Terminal | StreamSignals.End;
        return type.SequenceEqual("error"u8) ? StreamSignals.Error : StreamSignals.None;
    }

    private void ReadMessage(ref Utf8JsonReader reader)
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
