using System.Collections.Immutable;

namespace Gatehouse.Core.Compose;

/// <summary>A service's place in one network of its project, with all that was asked for there.</summary>
/// <param name="Network">The network's key in the files.</param>
public sealed record ComposeAttachment(string Network)
{
    /// <summary>Names beside the service's own.</summary>
    public ImmutableArray<string> Aliases { get; init; } = [];

    /// <summary>A static IPv4 address; null when the engine chooses.</summary>
    public string? Address { get; init; }

    /// <summary>A static IPv6 address; null when the engine chooses.</summary>
    public string? Address6 { get; init; }

    /// <summary>Link-local addresses.</summary>
    public ImmutableArray<string> LinkLocalAddresses { get; init; } = [];

    /// <summary>A MAC address; null when the engine chooses.</summary>
    public string? MacAddress { get; init; }

    /// <summary>Name of the interface inside; null when the engine chooses.</summary>
    public string? InterfaceName { get; init; }

    /// <summary>Order of joining; null when none was said.</summary>
    public string? Priority { get; init; }

    /// <summary>Which network gives the default route; null when none was said.</summary>
    public string? GatewayPriority { get; init; }

    /// <summary>Options of the network's driver.</summary>
    public ImmutableSortedDictionary<string, string> DriverOptions { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;
}
