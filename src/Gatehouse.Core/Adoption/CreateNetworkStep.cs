using System.Collections.Immutable;

namespace Gatehouse.Core.Adoption;

/// <summary>Makes a network.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Subnet">Its range, as <c>10.214.0.0/28</c>.</param>
/// <param name="Range">The part from which the engine hands out addresses; the gate's own lies outside of it.</param>
/// <param name="IsInternal">Whether it has no way out.</param>
/// <param name="Options">Options of the bridge driver.</param>
public sealed record CreateNetworkStep(
    string Name, string Subnet, string Range, bool IsInternal, ImmutableSortedDictionary<string, string> Options)
    : AdoptionStep
{
    /// <summary>Labels beside that of the adoption.</summary>
    public ImmutableSortedDictionary<string, string> Labels { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;

    /// <inheritdoc/>
    public override string Says => $"make the network {Name} ({Subnet}{(IsInternal ? ", internal" : "")})";
}
