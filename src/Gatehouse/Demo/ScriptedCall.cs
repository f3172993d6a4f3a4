namespace Gatehouse.Demo;

/// <summary>
/// What the scripted model saw of one call. Times are milliseconds of the machine's monotonic clock
/// (CLOCK_MONOTONIC), so that another process can compare them with its own.
/// </summary>
internal sealed record ScriptedCall
{
    /// <summary>Counts from 1 since the start or the last clearing.</summary>
    public required long Number { get; init; }

    public required string Method { get; init; }

    /// <summary>Path and query as received.</summary>
    public required string Path { get; init; }

    public required IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; }

    public required double ArrivedMs { get; init; }

    /// <summary>The body as received, up to a limit; empty until it was read.</summary>
    public ReadOnlyMemory<byte> Body { get; init; }

    public long BodyBytes { get; init; }

    /// <summary>Content frames that were written and flushed.</summary>
    public int FramesSent { get; init; }

    public long BytesSent { get; init; }

    public int Status { get; init; }

    /// <summary>When the caller was seen to be gone; null if it stayed.</summary>
    public double? AbortedMs { get; init; }

    /// <summary>When the model was done with the call; null while it runs.</summary>
    public double? EndedMs { get; init; }

    public bool Aborted => AbortedMs is not null;

    /// <summary>The value of a header, or null.</summary>
    public string? Header(string name) => Headers
        .Where(header => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase))
        .Select(header => header.Value).FirstOrDefault();
}
