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
}
