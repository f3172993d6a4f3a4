using System.Collections.Immutable;

namespace Gatehouse.Core.Inspection;

/// <summary>What is known of this Gatehouse: where it lies, and who is gate and who serves models.</summary>
public sealed record GatehouseFacts
{
    /// <summary>Nothing is known.</summary>
    public static GatehouseFacts Unknown { get; } = new();

    /// <summary>Paths on the host that hold the gate's home; empty when there is none.</summary>
    public ImmutableArray<string> Homes { get; init; } = [];

    /// <summary>Ids of the containers that are a gate.</summary>
    public ImmutableHashSet<string> Gates { get; init; } = [];

    /// <summary>Ids of the containers that serve models.</summary>
    public ImmutableHashSet<string> ModelServers { get; init; } = [];

    /// <summary>Services that a job chains, by the id of its container or the name of its unit.</summary>
    public ImmutableDictionary<string, ImmutableArray<string>> Pipelines { get; init; } =
        ImmutableDictionary<string, ImmutableArray<string>>.Empty;
}
