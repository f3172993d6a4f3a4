using System.Text.Json;

namespace Gatehouse.Core.Traffic;

/// <summary>Follows one stream's protocol: what each event says, and whether the whole was complete.</summary>
public abstract class StreamMachine
{
    private bool _isHeld;

    private protected StreamMachine()
    {
    }

    /// <summary>The tokens counted so far.</summary>
    public TokenUsage Usage { get; private protected set; }

    /// <summary>The model that the upstream says it uses; null until it says so.</summary>
    public string? ReportedModel { get; private protected set; }

    /// <summary>OpenAI's <c>system_fingerprint</c>; null when there is none.</summary>
    public string? SystemFingerprint { get; private protected set; }

    /// <summary>
    /// The sequence number after the highest seen, for an own Responses event; 0 for other protocols.
    /// </summary>
    public long NextSequenceNumber { get; private protected set; }

    /// <summary>Every signal that any event gave.</summary>
    public StreamSignals Seen { get; private set; }

    /// <summary>A machine for a route's stream.</summary>
    /// <exception cref="ArgumentException">The route does not stream.</exception>
    public static StreamMachine For(Route route)
    {
        ArgumentNullException.ThrowIfNull(route);
        return route.Endpoint switch
        {
            Endpoint.OpenAIChat or Endpoint.OpenAICompletions => new ChoicesMachine(),
            Endpoint.OpenAIResponses => new ResponsesMachine(),
            Endpoint.AnthropicMessages => new MessagesMachine(),
            Endpoint.OllamaChat or Endpoint.OllamaGenerate => new OllamaMachine(),
            Endpoint.OllamaPull or Endpoint.OllamaPush or Endpoint.OllamaCreate => new ProgressMachine(),
            _ => throw new ArgumentException($"{route.Name} does not stream.", nameof(route)),
        };
    }

    /// <summary>Takes the next event. Never throws on its bytes.</summary>
    public StreamSignals Observe(in StreamEvent next)
    {
        // Half an event says nothing, not even by what its half says; that its rest is missing is decided at the end.
        if (!next.HasData || (next.IsPartial && !IsWhole(next.Data.Span)))
            return StreamSignals.None;
        var signals = Try(next);
        if (_isHeld && signals.HasFlag(StreamSignals.Content))
            signals |= StreamSignals.Resumes;
        _isHeld = signals.HasFlag(StreamSignals.Terminal) || (_isHeld && !signals.HasFlag(StreamSignals.Resumes));
        Seen |= signals;
        return signals;
    }

    /// <summary>The result if the stream ends here.</summary>
    public Completeness AtEnd() =>
        Seen.HasFlag(StreamSignals.Error) ? Completeness.Failed
        : IsComplete ? Completeness.Complete : Completeness.Truncated;

    private protected const StreamSignals Unreadable = StreamSignals.Malformed | StreamSignals.Error;

    private protected abstract bool IsComplete { get; }

    /// <summary>Reads an event; may throw what <see cref="Utf8JsonReader"/> throws on hostile text.</summary>
    private protected abstract StreamSignals Read(ReadOnlySpan<byte> name, ReadOnlySpan<byte> data);

    private static bool IsWhole(ReadOnlySpan<byte> data) =>
        data.StartsWith("[DONE]"u8) || AnswerJson.IsWhole(data) || data.Trim(" \t\r\n"u8).IsEmpty;

    private StreamSignals Try(in StreamEvent next)
    {
        try
        {
            // Proxies send `data:` with nothing behind it to keep a connection open: an event that says nothing, unless
            // its name does.
            var data = next.Data.Span;
            return Read(next.Name.Span, data.Trim(" \t\r\n"u8).IsEmpty ? "{}"u8 : data);
        }
        catch (JsonException)
        {
            return Unreadable;
        }
        catch (InvalidOperationException)
        {
            // The framework's reader meets half a character in a string only when it compares that string.
            return Unreadable;
        }
    }
}

/// <summary>
/// Ollama's progress of a pull, a push or a creation: lines with a status, until one says <c>success</c>. A stream that
/// ends cleanly without it is whole too: the connection's own end tells.
/// </summary>
internal sealed class ProgressMachine : StreamMachine
{
    private const int StatusBytesMax = 1024;

    private bool _hasLine;
    private string? _status;
    private string? _digest;

    private protected override bool IsComplete => _hasLine;

    private protected override StreamSignals Read(ReadOnlySpan<byte> name, ReadOnlySpan<byte> data)
    {
        if (!AnswerJson.TryOpen(data, out var reader))
            return Unreadable;
        _hasLine = true;
        var signals = StreamSignals.None;
        string? status = null, digest = null;
        while (AnswerJson.NextKey(ref reader))
        {
            if (reader.ValueTextEquals("status"u8))
                status = ReadText(ref reader);
            else if (reader.ValueTextEquals("digest"u8))
                digest = ReadText(ref reader);
            else if (reader.ValueTextEquals("error"u8))
                signals |= AnswerJson.SkipIsTruthy(ref reader) ? StreamSignals.Error : StreamSignals.None;
            else
                reader.Skip();
        }
        if (status == "success")
            return signals | StreamSignals.Terminal | StreamSignals.End;
        if (signals == StreamSignals.None && status is not null && status == _status && digest == _digest)
            return StreamSignals.Repeats;
        (_status, _digest) = (status, digest);
        return signals;
    }

    private static string? ReadText(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.String)
            return JsonText.Read(reader, StatusBytesMax);
        reader.Skip();
        return null;
    }
}

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
