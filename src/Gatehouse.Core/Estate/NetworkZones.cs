using System.Collections.Immutable;
using System.Net;

namespace Gatehouse.Core.Estate;

/// <summary>Classifies addresses and host names as this machine, the local network, or the world outside.</summary>
public sealed class NetworkZones
{
    // Names that public DNS never answers: RFC 6762 (.local), RFC 8375 (.home.arpa), ICANN's reservation of 2024
    // (.internal), and what home routers invent (.lan).
    private static readonly string[] LanSuffixes = [".local", ".home.arpa", ".internal", ".lan"];

    /// <summary>Zones with the given local networks.</summary>
    /// <param name="lan">Networks that count as local; loopback is always this machine.</param>
    public NetworkZones(ImmutableArray<IPNetwork> lan) => Lan = lan;

    /// <summary>The private networks of RFC 1918 and the locally assigned half of RFC 4193 (fd00::/8).</summary>
    public static NetworkZones Default { get; } = new(
    [
        IPNetwork.Parse("10.0.0.0/8"),
        IPNetwork.Parse("172.16.0.0/12"),
        IPNetwork.Parse("192.168.0.0/16"),
        IPNetwork.Parse("fd00::/8"),
    ]);

    /// <summary>Networks that count as local.</summary>
    public ImmutableArray<IPNetwork> Lan { get; }

    /// <summary>The zone of an address. An IPv4 address mapped into IPv6 is classified as the IPv4 address.</summary>
    public Zone Classify(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        // Connecting to the unspecified address reaches the machine itself on Linux.
        if (IPAddress.IsLoopback(plain) || plain.Equals(IPAddress.Any) || plain.Equals(IPAddress.IPv6Any))
            return Zone.Host;
        foreach (var network in Lan)
        {
            if (network.Contains(plain))
                return Zone.Lan;
        }
        return Zone.External;
    }

    /// <summary>
    /// The zone of a host as written in a URL: an address, or a name. No name is resolved: <c>localhost</c> is this
    /// machine; a single label and the suffixes .local, .lan, .internal and .home.arpa are local, every other name
    /// is external, because only a resolver could say otherwise and it may be wrong.
    /// </summary>
    public Zone ClassifyHost(string host)
    {
        ArgumentNullException.ThrowIfNull(host);
        var name = host.Trim('[', ']').TrimEnd('.');
        if (IPAddress.TryParse(name, out var address))
            return Classify(address);
        if ($".{name}".EndsWith(".localhost", StringComparison.OrdinalIgnoreCase))
            return Zone.Host;
        if (!name.Contains('.', StringComparison.Ordinal))
            return Zone.Lan;
        foreach (var suffix in LanSuffixes)
        {
            if (name.EndsWith(suffix, StringComparison.OrdinalIgnoreCase))
                return Zone.Lan;
        }
        return Zone.External;
    }
}

/// <summary>How far from the gate an address lies, from near to far; a larger value is a larger risk.</summary>
public enum Zone
{
    /// <summary>This machine: loopback addresses and Unix sockets.</summary>
    Host,

    /// <summary>Networks listed under <c>zones.lan</c>, and names that only a local resolver knows.</summary>
    Lan,

    /// <summary>Everything else: text that goes there leaves the local network.</summary>
    External,
}
