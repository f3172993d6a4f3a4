using System.Collections.Immutable;

namespace Gatehouse.Core.Inspection;

/// <summary>
/// What is known of the host itself. Whatever could not be read is null or empty, and no rule guesses it.
/// </summary>
public sealed record HostFacts
{
    /// <summary>Nothing is known.</summary>
    public static HostFacts Unknown { get; } = new();

    /// <summary>TCP ports on which the host listens on every address, lowest first.</summary>
    public ImmutableArray<int> OpenPorts { get; init; } = [];

    /// <summary>Whether ufw is switched on; null when its settings could not be read.</summary>
    public bool? IsUfwActive { get; init; }

    /// <summary>The host's network namespace, as <c>net:[4026531840]</c>; null when it could not be read.</summary>
    public string? NetworkNamespace { get; init; }

    /// <summary>Network namespaces by process id, as far as they could be read (root only).</summary>
    public ImmutableDictionary<int, string> NetworkNamespaces { get; init; } = ImmutableDictionary<int, string>.Empty;

    /// <summary>Users who are in the engine's group, by name.</summary>
    public ImmutableHashSet<string> EngineUsers { get; init; } = [];

    /// <summary>The version of NVIDIA's container toolkit, as <c>1.17.8</c>; null without one.</summary>
    public string? NvidiaToolkit { get; init; }
}
