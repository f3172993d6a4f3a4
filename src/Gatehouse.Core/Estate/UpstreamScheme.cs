namespace Gatehouse.Core.Estate;

/// <summary>How an upstream is reached.</summary>
public enum UpstreamScheme
{
    /// <summary>HTTP without encryption.</summary>
    Http,

    /// <summary>HTTP over TLS.</summary>
    Https,

    /// <summary>HTTP over a Unix socket: no network at all.</summary>
    Unix,
}
