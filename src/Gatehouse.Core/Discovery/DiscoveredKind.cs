namespace Gatehouse.Core.Discovery;

/// <summary>What was found.</summary>
public enum DiscoveredKind
{
    /// <summary>Something that calls models.</summary>
    Job,

    /// <summary>Something that serves models.</summary>
    Server,

    /// <summary>A way to a model or to a public sink that does not lead through the gate.</summary>
    Bypass,
}
