using System.Net;
using System.Net.Sockets;

namespace Gatehouse.Outbound;

/// <summary>The zones that an address can lie in. Each address lies in exactly one; a policy allows several.</summary>
[Flags]
internal enum OutboundZones
{
    None = 0,

    /// <summary>This host: loopback, the unspecified address, and every address that an interface of it has.</summary>
    Loopback = 1,

    /// <summary>A network without public addresses: home, office, container or VPN.</summary>
    Private = 2,

    /// <summary>The link itself, and the addresses at which clouds hand credentials to their machines.</summary>
    LinkLocal = 4,

    /// <summary>The internet.</summary>
    Public = 8,

    /// <summary>Everything else: multicast, documentation, benchmarks, and what no registry has assigned.</summary>
    Reserved = 16,

    All = Loopback | Private | LinkLocal | Public | Reserved,
}

/// <summary>
/// Tells the zone of an address from the IANA special-purpose registries (RFC 6890). An IPv6 address that carries an
/// IPv4 address lies where that one lies: a translator or the kernel delivers it there.
/// </summary>
internal static class OutboundZone
{
    /// <summary>Addresses that serve metadata although their range says something else.</summary>
    private static readonly IPAddress[] Metadata =
    [
        IPAddress.Parse("100.100.100.200"), // Alibaba Cloud
        IPAddress.Parse("168.63.129.16"), // Azure, the machine's agent
        IPAddress.Parse("192.0.0.192"), // Oracle Cloud
        IPAddress.Parse("fd00:ec2::254"), // AWS
        IPAddress.Parse("fd20:ce::254"), // Google Cloud
        IPAddress.Parse("fd00:42::42"), // Scaleway
    ];

    public static OutboundZones Of(IPAddress address)
    {
        if (address.AddressFamily == AddressFamily.InterNetwork) return OfIPv4(address);
        if (address.AddressFamily != AddressFamily.InterNetworkV6) return OutboundZones.Reserved;
        return Carried(address) is { } inner ? OfIPv4(inner) : OfIPv6(address);
    }

    /// <summary>The zone's name in a message.</summary>
    public static string Name(OutboundZones zone) => zone switch
    {
        OutboundZones.Loopback => "an address of this host",
        OutboundZones.Private => "a private address",
        OutboundZones.LinkLocal => "a link-local or cloud metadata address",
        OutboundZones.Public => "a public address",
        _ => "a reserved address",
    };

    private static OutboundZones OfIPv4(IPAddress address)
    {
        if (IsMetadata(address)) return OutboundZones.LinkLocal;
        return address.GetAddressBytes() switch
        {
            [127, ..] or [0, 0, 0, 0] => OutboundZones.Loopback, // Linux delivers 0.0.0.0 to loopback.
            [10, ..] or [172, >= 16 and <= 31, ..] or [192, 168, ..] => OutboundZones.Private, // RFC 1918
            [100, >= 64 and <= 127, ..] => OutboundZones.Private, // RFC 6598; VPNs use it too
            [169, 254, ..] => OutboundZones.LinkLocal, // RFC 3927
            [0, ..] or [192, 0, 0, _] or [192, 0, 2, _] or [192, 88, 99, _] or [198, 18 or 19, ..]
                or [198, 51, 100, _] or [203, 0, 113, _] or [>= 224, ..] => OutboundZones.Reserved,
            _ => OutboundZones.Public,
        };
    }

    private static OutboundZones OfIPv6(IPAddress address)
    {
        if (IsMetadata(address)) return OutboundZones.LinkLocal;
        return address.GetAddressBytes() switch
        {
            [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 or 1] => OutboundZones.Loopback,
            [0xfe, >= 0x80 and <= 0xbf, ..] => OutboundZones.LinkLocal, // RFC 4291 section 2.5.6
            [0xfe, >= 0xc0, ..] or [0xfc or 0xfd, ..] => OutboundZones.Private, // RFC 3879, RFC 4193
            [0, 0x64, 0xff, 0x9b, 0, 1, ..] => OutboundZones.Private, // RFC 8215: a translator of this network
            [0x20, 0x01, 0 or 1, ..] => OutboundZones.Reserved, // RFC 2928, with Teredo
            [0x20, 0x01, 0x0d, 0xb8, ..] or [0x3f, 0xff, <= 0x0f, ..] => OutboundZones.Reserved, // Documentation
            [>= 0x20 and <= 0x3f, ..] => OutboundZones.Public, // 2000::/3, the only assigned unicast space
            _ => OutboundZones.Reserved,
        };
    }

    /// <summary>The IPv4 address inside a mapped, compatible, translated or 6to4 address; null without one.</summary>
    private static IPAddress? Carried(IPAddress address)
    {
        var bytes = address.GetAddressBytes();
        return bytes switch
        {
            [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, ..] => new IPAddress(bytes.AsSpan(12)), // RFC 4291 2.5.5.2
            [0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, ..] => new IPAddress(bytes.AsSpan(12)), // RFC 2765
            [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 or 1] => null, // Unspecified and loopback
            [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, ..] => new IPAddress(bytes.AsSpan(12)), // RFC 4291 2.5.5.1
            [0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0, ..] => new IPAddress(bytes.AsSpan(12)), // RFC 6052
            [0x20, 0x02, ..] => new IPAddress(bytes.AsSpan(2, 4)), // RFC 3056
            _ => null,
        };
    }

    // Without the scope, which says through which link and not to whom.
    private static bool IsMetadata(IPAddress address)
        => Metadata.Any(one => one.GetAddressBytes().AsSpan().SequenceEqual(address.GetAddressBytes()));
}
