namespace Gatehouse.Core.Traffic;

/// <summary>What may be sent between two events so that a client's read timeout starts anew.</summary>
public static class StreamKeepAlive
{
    private static readonly byte[] Comment = ": keep-alive\n\n"u8.ToArray();
    private static readonly byte[] Ping = "event: ping\ndata: {\"type\":\"ping\"}\n\n"u8.ToArray();

    /// <summary>The bytes for a route's stream; empty where the format has no such thing (lines of JSON).</summary>
    public static ReadOnlyMemory<byte> For(Route route)
    {
        ArgumentNullException.ThrowIfNull(route);
        if (route.Framing != StreamFraming.Sse)
            return default;
        return route.Dialect == Dialect.Anthropic ? Ping : Comment;
    }
}
