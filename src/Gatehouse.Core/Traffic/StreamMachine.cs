namespace Gatehouse.Core.Traffic;

/// <summary>Follows one stream's protocol: what each event says, and whether the whole was complete.</summary>
public abstract class StreamMachine
{
    private protected StreamMachine()
    {
    }

    /// <summary>The tokens counted so far.</summary>
    public TokenUsage Usage { get; private protected set; }

    /// <summary>The model that the upstream says it uses; null until it says so.</summary>
    public string? ReportedModel { get; private protected set; }

    /// <summary>OpenAI's <c>system_fingerprint</c>; null when there is none.</summary>
    public string? SystemFingerprint { get; private protected set; }

    /// <summary>The sequence number after the last one seen, for an own Responses event; 0 for other protocols.</summary>
    public long NextSequenceNumber { get; private protected set; }

    /// <summary>A machine for a route's stream.</summary>
    /// <exception cref="ArgumentException">The route does not stream.</exception>
    public static StreamMachine For(Route route) => throw new NotImplementedException();

    /// <summary>Takes the next event. Never throws on its bytes.</summary>
    public StreamSignals Observe(in StreamEvent next) => throw new NotImplementedException();

    /// <summary>The judgement if the stream ends here.</summary>
    public abstract Completeness AtEnd();
}
