namespace Gatehouse.Core.Traffic;

/// <summary>
/// One event of a stream. Its memory belongs to the reader and is valid until the reader's next <c>Append</c>,
/// <c>Finish</c> or <c>TryRead</c>: copy what must live longer.
/// </summary>
public readonly struct StreamEvent
{
    /// <summary>
    /// The bytes as they came, terminator included. All events' wire bytes together are the whole stream.
    /// </summary>
    public ReadOnlyMemory<byte> Wire { get; internal init; }

    /// <summary>The event's data: the joined <c>data:</c> lines, or the line of JSON. Empty for a comment.</summary>
    public ReadOnlyMemory<byte> Data { get; internal init; }

    /// <summary>The value of the <c>event:</c> line; empty when there is none.</summary>
    public ReadOnlyMemory<byte> Name { get; internal init; }

    /// <summary>False for comments and empty lines, which carry nothing and are passed on.</summary>
    public bool HasData { get; internal init; }

    /// <summary>True when the stream ended inside this event, before its terminator.</summary>
    public bool IsPartial { get; internal init; }

    /// <summary>Where the data lies in the wire bytes, or -1 when it was joined from several lines.</summary>
    internal int DataOffset { get; init; }

    /// <summary>True for the first event of a stream, which alone may begin with a byte order mark.</summary>
    internal bool IsFirst { get; init; }

    /// <summary>The event with wire bytes of its own, which outlive its reader, and without name and data.</summary>
    public StreamEvent Copy() => this with { Wire = Wire.ToArray(), Data = default, Name = default };
}

/// <summary>Why a reader of a stream stopped.</summary>
public enum StreamFault
{
    /// <summary>It did not.</summary>
    None,

    /// <summary>One event is larger than the limit.</summary>
    EventTooLarge,
}

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

/// <summary>What one event of a stream says.</summary>
[Flags]
public enum StreamSignals
{
    /// <summary>Nothing that matters here.</summary>
    None = 0,

    /// <summary>It carries a part of the answer.</summary>
    Content = 1,

    /// <summary>It tells the caller that an answer is complete: withheld until the record is durable.</summary>
    Terminal = 2,

    /// <summary>It is the last event of its protocol.</summary>
    End = 4,

    /// <summary>The upstream reports an error.</summary>
    Error = 8,

    /// <summary>It is the extra chunk that carries only usage.</summary>
    UsageOnly = 16,

    /// <summary>Its data is not what the protocol allows; <see cref="Error"/> is set too.</summary>
    Malformed = 32,

    /// <summary>
    /// It carries a part of an answer that an event before it called complete: what was withheld since was not the end.
    /// </summary>
    Resumes = 64,

    /// <summary>It says nothing that the event before it did not say, but for a number that has grown.</summary>
    Repeats = 128,
}

/// <summary>How a stream ended, decided when its connection closed.</summary>
public enum Completeness
{
    /// <summary>All that the protocol asks for came.</summary>
    Complete,

    /// <summary>It stopped before its end.</summary>
    Truncated,

    /// <summary>The upstream reported an error in the stream, or sent what cannot be read.</summary>
    Failed,
}
