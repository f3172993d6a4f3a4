using System.Text.Json;

namespace Gatehouse.Core.Traffic;

/// <summary>Ollama's chat and generate streams: lines until <c>"done":true</c>.</summary>
internal sealed class OllamaMachine : StreamMachine
{
    private bool _isDone;

    private protected override bool IsComplete => _isDone;

    private protected override StreamSignals Read(ReadOnlySpan<byte> name, ReadOnlySpan<byte> data)
    {
        if (!AnswerJson.TryOpen(data, out var reader))
            return Unreadable;
        var signals = StreamSignals.None;
        while (AnswerJson.NextKey(ref reader))
            signals |= ReadMember(ref reader);
        // Ollama leaves counts of zero out; a prompt that it still held in its cache may be left out too.
        if (signals.HasFlag(StreamSignals.End) && Usage.Output is null)
            Usage = Usage with { Output = 0 };
        return signals;
    }

    private StreamSignals ReadMember(ref Utf8JsonReader reader)
    {
        if (reader.ValueTextEquals("done"u8))
        {
            if (!AnswerJson.SkipIsTruthy(ref reader))
                return StreamSignals.None;
            _isDone = true;
            return StreamSignals.Terminal | StreamSignals.End;
        }
        if (reader.ValueTextEquals("error"u8))
            return AnswerJson.SkipIsTruthy(ref reader) ? StreamSignals.Error : StreamSignals.None;
        if (reader.ValueTextEquals("response"u8) || reader.ValueTextEquals("thinking"u8))
            return AnswerJson.SkipIsTruthy(ref reader) ? StreamSignals.Content : StreamSignals.None;
        if (reader.ValueTextEquals("message"u8))
            return ReadMessage(ref reader);
        if (reader.ValueTextEquals("model"u8))
            ReportedModel = AnswerJson.ReadName(ref reader, ReportedModel);
        else if (reader.ValueTextEquals("prompt_eval_count"u8))
            Usage = Usage with { Input = AnswerJson.ReadCount(ref reader) ?? Usage.Input };
        else if (reader.ValueTextEquals("eval_count"u8))
            Usage = Usage with { Output = AnswerJson.ReadCount(ref reader) ?? Usage.Output };
        else
            reader.Skip();
        return StreamSignals.None;
    }

    private static StreamSignals ReadMessage(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return StreamSignals.None;
        }
        var signals = StreamSignals.None;
        while (AnswerJson.NextKey(ref reader))
        {
            if (reader.ValueTextEquals("role"u8))
                reader.Skip();
            else if (AnswerJson.SkipIsTruthy(ref reader))
                signals = StreamSignals.Content;
        }
        return signals;
    }
}
