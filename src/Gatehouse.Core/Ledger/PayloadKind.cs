namespace Gatehouse.Core.Ledger;

/// <summary>What a payload is, seen from the gate.</summary>
public enum PayloadKind
{
    /// <summary>The body that the caller sent.</summary>
    Received = 1,

    /// <summary>The body that went to the upstream.</summary>
    Forwarded = 2,

    /// <summary>The body that the upstream answered.</summary>
    Upstream = 3,

    /// <summary>The body that the caller was given.</summary>
    Delivered = 4,

    /// <summary>A document that belongs to an act, such as a configuration file.</summary>
    Document = 5,
}
