using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Gatehouse.Listening;

/// <summary>
/// Creates listening sockets. One for a concrete address is bound to the interface that has this address: Linux
/// takes a packet for any local address on any interface, so the address alone would not prove where a call came in
/// (docs/decisions, "Identity by network").
/// </summary>
internal static class BoundSocket
{
    private const int SolSocket = 1;

    /// <summary>SO_BINDTODEVICE, socket(7); since Linux 5.7 an unbound socket needs no privilege for it.</summary>
    private const int SoBindToDevice = 25;

    public static Socket Create(EndPoint address)
    {
        var socket = SocketTransportOptions.CreateDefaultBoundListenSocket(address);
        if (address is not IPEndPoint { Address: var ip }) return socket;
        if (IPAddress.IsLoopback(ip) || ip.Equals(IPAddress.Any) || ip.Equals(IPAddress.IPv6Any)) return socket;
        try
        {
            socket.SetRawSocketOption(SolSocket, SoBindToDevice, Encoding.ASCII.GetBytes(InterfaceOf(ip) + "\0"));
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static string InterfaceOf(IPAddress address)
    {
        foreach (var card in NetworkInterface.GetAllNetworkInterfaces())
        {
            if (card.GetIPProperties().UnicastAddresses.Any(own => own.Address.Equals(address))) return card.Name;
        }
        throw new IOException($"No network interface has the address {address}.");
    }
}
