namespace Gatehouse.Core.Traffic;

/// <summary>How a stream ended, judged when its connection closed.</summary>
public enum Completeness
{
    /// <summary>All that the protocol asks for came.</summary>
    Complete,

    /// <summary>It stopped before its end.</summary>
    Truncated,

    /// <summary>The upstream reported an error in the stream, or sent what cannot be read.</summary>
    Failed,
}
