using System.Collections.Immutable;

namespace Gatehouse.Core.Inspection;

/// <summary>
/// The networks that a container is really in, read from its endpoints and from each network: what was asked for at
/// its making says nothing of now.
/// </summary>
internal static class NetworkRules
{
    /// <summary>Names that are printed of a longer list.</summary>
    private const int NamesMax = 8;

    public static readonly InspectionRule Outside = new(
        "GH-NET-001", Severity.Medium, "It reaches other machines and the internet.",
        "A model or prompt that goes wrong can send data out, and everything that passes by the gate is on no record.");

    public static readonly InspectionRule InternalShowsHost = new(
        "GH-NET-002", Severity.Medium, "Its internal network still leads to the host.",
        "An internal network closes the path to other networks only: every service of the host that listens on all "
            + "addresses answers on the network's own host address, DNS included.");

    public static readonly InspectionRule HostNetwork = new(
        "GH-NET-003", Severity.High, "It uses the host's own network.",
        "It reaches everything that the host reaches, services on 127.0.0.1 and abstract sockets included, and no "
            + "firewall rule for containers applies to it.");

    public static readonly InspectionRule OnTheWire = new(
        "GH-NET-004", Severity.Medium, "It has an address of its own in the local network.",
        "Traffic of macvlan and ipvlan passes none of the host's firewall rules. Every port that it opens is open to "
            + "that network, published or not.");

    public static readonly InspectionRule OtherDriver = new(
        "GH-NET-005", Severity.Low, "Its network's driver is not a local bridge.",
        "Overlay networks span machines, and a plug-in's network does what the plug-in does: internal and firewall "
            + "rules may mean something else there.");

    public static readonly InspectionRule HasDefaultBridge = new(
        "GH-NET-006", Severity.Low, "It is in the engine's default network.",
        "Every container that names no network lands there and reaches it on all its ports.");

    public static readonly InspectionRule Peers = new(
        "GH-NET-007", Severity.Low, "Others share a network with it.",
        "Neighbours reach all its ports, published or not, and it reaches theirs. A service without a password is open "
            + "to all of them.");

    public static readonly InspectionRule Ipv6Unfiltered = new(
        "GH-NET-008", Severity.High, "Its IPv6 traffic is not filtered.",
        "Engines before 27.0 set no IPv6 firewall rules unless told to: over IPv6 even an internal network reaches "
            + "other networks.");

    public static readonly InspectionRule OpenVsock = new(
        "GH-NET-009", Severity.Low, "A socket to the virtual machine's host stays open.",
        "AF_VSOCK belongs to no network namespace: a container without any network still speaks to the hypervisor "
            + "where seccomp does not forbid it.");

    public static ImmutableArray<InspectionRule> All =>
        [Outside, InternalShowsHost, HostNetwork, OnTheWire, OtherDriver, HasDefaultBridge, Peers, Ipv6Unfiltered,
            OpenVsock];

    public static IEnumerable<Finding> Check(ContainerCase one)
        => one.Attachments.SelectMany(place => CheckPlace(one, place)).Concat(CheckVsock(one));

    private static IEnumerable<Finding> CheckPlace(ContainerCase one, Attachment place)
    {
        var where = $"NetworkSettings.Networks: {place.Name}";
        if (place.IsHost)
        {
            yield return one.Find(HostNetwork, $"{where} (driver host)",
                new Remedy.RemoveComposeKey("network_mode", null,
                    "Compose: remove network_mode: host and list the networks that it needs."), place.Name);
        }
        else if (place.Driver is "macvlan" or "ipvlan")
        {
            yield return one.Find(OnTheWire, $"{where} (driver {place.Driver})",
                one.MayLeave(place)
                    ? new Remedy.RunCommand(
                        Disconnect(one, place), $"{Disconnect(one, place)}, or filter at the switch or router.")
                    : new Remedy.ByHand("Compose: add a bridge network first; or filter at the switch or router."),
                place.Name);
        }
        else if (!place.IsBridge && !place.IsNone)
        {
            yield return one.Find(OtherDriver, $"{where} (driver {place.Driver})",
                new Remedy.SetNetworkKey(place.Name, "driver", "bridge",
                    "Compose: networks: NAME: driver: bridge, where one machine is enough."), place.Name);
        }
        foreach (var finding in place.IsBridge ? CheckBridge(one, place, where) : []) yield return finding;
    }

    private static IEnumerable<Finding> CheckBridge(ContainerCase one, Attachment place, string where)
    {
        if (place.IsOpenBridge && !one.IsGate)
        {
            yield return one.Find(Outside, $"{where} (Internal=false)",
                one.MayLeave(place)
                    ? new Remedy.SetNetworkKey(place.Name, "internal", "true",
                        $"Compose: networks: {place.Name}: internal: true; or {Disconnect(one, place)}")
                    : new Remedy.ByHand("Compose: add a network with internal: true that the gate is in too. When the "
                        + "calls pass there, remove the open one."), place.Name);
        }
        if (place.IsInternalBridge && place.ShowsHost) yield return ShownHost(one, place, where);
        if (place.IsDefaultBridge)
        {
            yield return one.Find(HasDefaultBridge, $"{where} (the engine's default)",
                new Remedy.ByHand("Compose: networks: with a network of its own."), place.Name);
        }
        if (place.Network is { HasIpv6: true } && one.Scene.Release is { } release && release.IsBefore(27)
            && !one.Engine.IsRootless)
        {
            yield return one.Find(Ipv6Unfiltered, $"{where} (EnableIPv6=true, engine {release})",
                new Remedy.Update("docker", "27", "Update the engine to 27 or later, or set \"ip6tables\": true and "
                    + "\"experimental\": true in /etc/docker/daemon.json, or enable_ipv6: false in the network."),
                place.Name, place.IsInternalBridge ? Severity.High : Severity.Medium);
        }
        if (place.LetsPeersTalk && PeersIn(one, place) is { Length: > 0 } peers)
        {
            yield return one.Find(Peers, $"{where}, with {Names(peers)}",
                new Remedy.ByHand("Compose: one network for each pair that has to talk, instead of one for all."),
                place.Name);
        }
    }

    private static Finding ShownHost(ContainerCase one, Attachment place, string where)
    {
        var open = one.Scene.Host.OpenPorts;
        var ports = open.IsEmpty ? ""
            : $"; the host listens on all addresses at {Names([.. open.Select(static port => $"{port}")])}";
        var isNew = one.Scene.Release is not { } release || !release.IsBefore(28);
        var (key, value, fix) = isNew
            ? ("com.docker.network.bridge.gateway_mode_ipv4", "isolated",
                "com.docker.network.bridge.gateway_mode_ipv4: isolated (and gateway_mode_ipv6)")
            : ("com.docker.network.bridge.inhibit_ipv4", "\"true\"",
                "com.docker.network.bridge.inhibit_ipv4: \"true\"");
        return one.Find(InternalShowsHost,
            $"{where} (Internal=true, gateway not isolated){ports}",
            new Remedy.SetNetworkKey(place.Name, $"driver_opts.{key}", value,
                $"Compose: driver_opts: {fix}, in the network under networks:. It takes effect when the network is "
                    + "recreated: docker compose down, then up -d"
                    + (one.LeadsToGate(place) ? ", then connect the gate again (sudo gatehouse adopt)." : ".")),
            place.Name, open.IsEmpty ? Severity.Low : Severity.Medium);
    }

    private static IEnumerable<Finding> CheckVsock(ContainerCase one)
    {
        if (one.Attachments.IsEmpty || !one.Attachments.All(static place => place.IsNone || place.IsInternalBridge))
            yield break;
        var isUnconfined = one.Privileges.IsPrivileged || one.HasSecurityOption("seccomp", "unconfined");
        // Blocked by the default profile in 20.10.22 alone, given back in 20.10.23, blocked again from 23.0 on.
        var isOldProfile = one.Scene.Release is { } release && release.IsBefore(23)
            && release != new EngineRelease(20, 10, 22);
        if (!isUnconfined && !isOldProfile) yield break;
        yield return one.Find(OpenVsock,
            isUnconfined ? "HostConfig.SecurityOpt: no seccomp filter" : $"engine {one.Scene.Release}: default seccomp "
                + "profile allows socket(AF_VSOCK)",
            new Remedy.Update("docker", "23",
                "Update the engine to 23 or later, or give a seccomp profile that refuses address family 40."));
    }

    private static string[] PeersIn(ContainerCase one, Attachment place) =>
        [.. one.Scene.Members(place.Name)
            .Where(other => other.Id != one.Container.Id && other.Id != one.Owner?.Id
                // The gate is the neighbour that is meant to be there.
                && !one.Scene.Gatehouse.Gates.Contains(other.Id)
                && one.Scene.View.NetworkOwner(other)?.Id != one.Owner?.Id)
            .Select(static other => other.Name)];

    private static string Names(string[] names) => names.Length <= NamesMax
        ? string.Join(", ", names)
        : $"{string.Join(", ", names[..NamesMax])} and {names.Length - NamesMax} more";

    private static string Disconnect(ContainerCase one, Attachment place)
        => $"docker network disconnect {ShellWord.Quote(place.Name)} "
            + ShellWord.Quote(one.Owner?.Name ?? one.Container.Name);
}
