namespace Gatehouse.Core.Discovery;

/// <summary>How a find stands to the estate.</summary>
public enum DiscoveredState
{
    /// <summary>The estate does not know it.</summary>
    New,

    /// <summary>The estate declares it.</summary>
    Known,

    /// <summary>The estate declares it, and it was not found.</summary>
    Missing,
}
