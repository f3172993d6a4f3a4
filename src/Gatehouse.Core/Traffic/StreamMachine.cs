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
        // Half an event says nothing, not even by what its half says; that its rest is missing is judged at the end.
        if (!next.HasData || (next.IsPartial && !IsWhole(next.Data.Span)))
            return StreamSignals.None;
        var signals = Try(next);
        if (_isHeld && signals.HasFlag(StreamSignals.Content))
            signals |= StreamSignals.Resumes;
        _isHeld = signals.HasFlag(StreamSignals.Terminal) || (_isHeld && !signals.HasFlag(StreamSignals.Resumes));
        Seen |= signals;
        return signals;
    }

    /// <summary>The judgement if the stream ends here.</summary>
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
