using System.Net;
using Gatehouse.Outbound;

namespace Gatehouse.Tests.Outbound;

/// <summary>Every address lies in one zone, whichever way it is written.</summary>
public sealed class OutboundZoneTests
{
    [Theory]
    [InlineData("127.0.0.1", "Loopback")]
    [InlineData("127.255.255.254", "Loopback")]
    [InlineData("0.0.0.0", "Loopback")]
    [InlineData("::1", "Loopback")]
    [InlineData("::", "Loopback")]
    [InlineData("10.0.0.1", "Private")]
    [InlineData("172.15.255.255", "Public")]
    [InlineData("172.16.0.1", "Private")]
    [InlineData("172.31.255.255", "Private")]
    [InlineData("172.32.0.0", "Public")]
    [InlineData("192.168.1.1", "Private")]
    [InlineData("100.63.255.255", "Public")]
    [InlineData("100.64.0.1", "Private")]
    [InlineData("100.127.255.255", "Private")]
    [InlineData("100.128.0.0", "Public")]
    [InlineData("fd12:3456::1", "Private")]
    [InlineData("fec0::1", "Private")]
    [InlineData("64:ff9b:1::1", "Private")]
    [InlineData("169.254.169.254", "LinkLocal")]
    [InlineData("169.254.0.1", "LinkLocal")]
    [InlineData("fe80::1", "LinkLocal")]
    [InlineData("fe80::1%1", "LinkLocal")]
    [InlineData("fd00:ec2::254", "LinkLocal")]
    [InlineData("fd00:ec2::254%1", "LinkLocal")]
    [InlineData("fd20:ce::254", "LinkLocal")]
    [InlineData("100.100.100.200", "LinkLocal")]
    [InlineData("168.63.129.16", "LinkLocal")]
    [InlineData("192.0.0.192", "LinkLocal")]
    [InlineData("8.8.8.8", "Public")]
    [InlineData("93.184.216.34", "Public")]
    [InlineData("2606:2800:220:1::1", "Public")]
    [InlineData("0.1.2.3", "Reserved")]
    [InlineData("192.0.2.1", "Reserved")]
    [InlineData("198.18.0.1", "Reserved")]
    [InlineData("198.19.255.255", "Reserved")]
    [InlineData("203.0.113.9", "Reserved")]
    [InlineData("224.0.0.1", "Reserved")]
    [InlineData("240.0.0.1", "Reserved")]
    [InlineData("255.255.255.255", "Reserved")]
    [InlineData("ff02::1", "Reserved")]
    [InlineData("2001:db8::1", "Reserved")]
    [InlineData("2001::1", "Reserved")]
    [InlineData("100::1", "Reserved")]
    [InlineData("5f00::1", "Reserved")]
    public void An_address_lies_in_its_zone(string address, string zone)
        => Assert.Equal(Enum.Parse<OutboundZones>(zone), OutboundZone.Of(IPAddress.Parse(address)));

    [Theory]
    [InlineData("::ffff:127.0.0.1", "Loopback")]
    [InlineData("::ffff:169.254.169.254", "LinkLocal")]
    [InlineData("::ffff:10.1.2.3", "Private")]
    [InlineData("::ffff:8.8.8.8", "Public")]
    [InlineData("::ffff:0:192.168.0.1", "Private")]
    [InlineData("::127.0.0.1", "Loopback")]
    [InlineData("::10.0.0.1", "Private")]
    [InlineData("64:ff9b::169.254.169.254", "LinkLocal")]
    [InlineData("64:ff9b::8.8.8.8", "Public")]
    [InlineData("2002:7f00:1::1", "Loopback")]
    [InlineData("2002:a9fe:a9fe::1", "LinkLocal")]
    [InlineData("2002:c0a8:101::1", "Private")]
    public void An_IPv4_address_inside_an_IPv6_address_decides_over_its_zone(string address, string zone)
        => Assert.Equal(Enum.Parse<OutboundZones>(zone), OutboundZone.Of(IPAddress.Parse(address)));
}
