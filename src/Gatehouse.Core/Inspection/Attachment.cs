using Gatehouse.Core.Engine;

namespace Gatehouse.Core.Inspection;

/// <summary>A container's place in a network, with what the engine says of that network.</summary>
/// <param name="Name">The network's name.</param>
/// <param name="Network">The network; null when the engine lists none of that name.</param>
internal sealed record Attachment(string Name, NetworkFacts? Network)
{
    private const string Isolated = "isolated";

    /// <summary>The driver; for a network that is gone, what its name says.</summary>
    public string Driver => Network?.Driver ?? Name switch { "host" => "host", "none" => "null", _ => "unknown" };

    public bool IsNone => Driver == "null";

    public bool IsHost => Driver == "host";

    public bool IsBridge => Driver == "bridge";

    /// <summary>Whether it is a bridge that leads to the outside.</summary>
    public bool IsOpenBridge => IsBridge && Network is { IsInternal: false };

    public bool IsInternalBridge => IsBridge && Network is { IsInternal: true };

    /// <summary>
    /// The engine's own first network: it has no names and everything that names no network lands in it.
    /// </summary>
    public bool IsDefaultBridge => IsBridge && Name == "bridge";

    /// <summary>
    /// Whether the host has an address in it, by which a member reaches the host's services. Measured: an internal
    /// network closes the way out, not the way to the host.
    /// </summary>
    public bool ShowsHost => IsBridge && (ShowsHost4 || ShowsHost6);

    private bool ShowsHost4 => Option("com.docker.network.bridge.gateway_mode_ipv4") != Isolated
        && Option("com.docker.network.bridge.inhibit_ipv4") != "true";

    private bool ShowsHost6 => Network is { HasIpv6: true }
        && Option("com.docker.network.bridge.gateway_mode_ipv6") != Isolated;

    /// <summary>Whether members may talk to each other.</summary>
    public bool LetsPeersTalk => Option("com.docker.network.bridge.enable_icc") != "false";

    private string Option(string name) => Network?.Options.GetValueOrDefault(name) ?? "";
}
