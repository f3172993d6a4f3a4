namespace Gatehouse.Gate;

/// <summary>How a stream from a model ended.</summary>
internal enum StreamEnd
{
    Complete,
    Truncated,
    UpstreamError,
    Malformed,
    TooLarge,
    LeakedCredential,
    NoRoom,
}
