using System.Collections.Immutable;

namespace Gatehouse.Core.Adoption;

/// <summary>What an adoption will look like: who stands where.</summary>
/// <param name="Models">The model servers.</param>
/// <param name="Apps">The apps, by job.</param>
/// <param name="Uplink">The network with a way out; null when none is needed.</param>
/// <param name="Notes">What is left alone and why, and what to know, in sentences.</param>
public sealed record AdoptionLayout(
    ImmutableArray<AdoptedServer> Models, ImmutableArray<AppPlace> Apps, UplinkNetwork? Uplink,
        ImmutableArray<string> Notes)
{
    /// <summary>Addresses of model servers that the gate takes over.</summary>
    public ImmutableArray<TakenAddress> Addresses { get; init; } = [];

    /// <summary>Containers that call ports of the host which the gate takes over.</summary>
    public ImmutableArray<PortCaller> PortCallers { get; init; } = [];

    /// <summary>Paths to models that stay as they were, past the gate.</summary>
    public ImmutableArray<Bypass> Bypasses { get; init; } = [];

    /// <summary>What stands already; null when nothing does.</summary>
    public ExistingLayout? Standing { get; init; }

    /// <summary>The model server of the host itself; null when none is adopted.</summary>
    public HostModelPlace? Host { get; init; }

    /// <summary>The jobs that are on record then.</summary>
    public ImmutableArray<string> Jobs =>
    [
        .. Apps.Select(static app => app.Job)
            .Concat(Uplink?.Ports.Select(static port => port.Job) ?? [])
            .Concat(Addresses.Select(static taken => taken.Job))
            .Concat(Host is { } host ? [host.Job] : []).Distinct(StringComparer.Ordinal),
    ];
}
