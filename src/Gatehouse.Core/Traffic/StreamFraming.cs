namespace Gatehouse.Core.Traffic;

/// <summary>How a streamed answer of a route is cut into events.</summary>
public enum StreamFraming
{
    /// <summary>The route has no streamed answers that the gate reads.</summary>
    None,

    /// <summary>Server-sent events, <c>text/event-stream</c>.</summary>
    Sse,

    /// <summary>One JSON object per line, <c>application/x-ndjson</c>.</summary>
    Ndjson,
}
