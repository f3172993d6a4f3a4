using System.Collections.Immutable;

namespace Gatehouse.Core.Adoption;

/// <summary>What an adoption will look like: who stands where.</summary>
/// <param name="Models">The model servers.</param>
/// <param name="Apps">The apps, by job.</param>
/// <param name="House">The network with a way out; null when none is needed.</param>
/// <param name="Notes">What is left alone and why, and what to know, in sentences.</param>
public sealed record AdoptionLayout(
    ImmutableArray<ModelPlace> Models, ImmutableArray<AppPlace> Apps, HousePlace? House, ImmutableArray<string> Notes)
{
    /// <summary>What stands already; null when nothing does.</summary>
    public StandingLayout? Standing { get; init; }

    /// <summary>The model server of the host itself; null when none is adopted.</summary>
    public HostModelPlace? Host { get; init; }
}
