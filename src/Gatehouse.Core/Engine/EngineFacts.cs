using System.Collections.Immutable;

namespace Gatehouse.Core.Engine;

/// <summary>What one Docker engine says of itself (<c>GET /info</c> and <c>GET /version</c>).</summary>
public sealed record EngineFacts
{
    /// <summary>The engine's version, as <c>20.10.24</c>.</summary>
    public required string Version { get; init; }

    /// <summary>The version of its API that is spoken with it, as <c>1.41</c>.</summary>
    public required ApiVersion Api { get; init; }

    /// <summary>Its security options, as <c>name=seccomp,profile=default</c> or <c>name=rootless</c>.</summary>
    public ImmutableArray<string> SecurityOptions { get; init; } = [];

    /// <summary><c>1</c> or <c>2</c>; empty when the engine does not say.</summary>
    public string CgroupVersion { get; init; } = "";

    /// <summary>The runtime of containers that name none, as <c>runc</c> or <c>nvidia</c>.</summary>
    public string DefaultRuntime { get; init; } = "";

    /// <summary>
    /// <c>iptables</c> or <c>nftables</c>, known from API 1.49; null when the engine does not say, which means
    /// iptables.
    /// </summary>
    public string? FirewallBackend { get; init; }

    /// <summary>What the engine warns of, as sockets that anybody may use.</summary>
    public ImmutableArray<string> Warnings { get; init; } = [];

    /// <summary>Registries that it uses without verifying them: names, and address ranges.</summary>
    public ImmutableArray<string> InsecureRegistries { get; init; } = [];

    /// <summary>Whether the engine is part of a swarm.</summary>
    public bool IsSwarm { get; init; }

    /// <summary>Whether the engine runs without root: its networks then lie in a namespace of its own.</summary>
    public bool IsRootless
        => SecurityOptions.Any(static option => option.StartsWith("name=rootless", StringComparison.Ordinal));

    /// <summary>Whether users inside containers are others outside (userns-remap).</summary>
    public bool HasUserNamespaces
        => SecurityOptions.Any(static option => option.StartsWith("name=userns", StringComparison.Ordinal));
}
