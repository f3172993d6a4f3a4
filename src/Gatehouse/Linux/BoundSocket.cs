using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Gatehouse.Linux;

/// <summary>
/// Creates listening sockets. One for a concrete address is bound to the interface that has this address: Linux
/// takes a packet for any local address on any interface, so the address alone would not prove where a call came in
/// (docs/decisions, "Identity by network").
/// </summary>
internal static class BoundSocket
{
    /// <summary>
    /// A hundred streams that nobody reads hold 25 MiB at most; 128 KiB in 100 ms is more than any model says.
    /// </summary>
    private const int KernelBufferBytes = 128 * 1024;

    private const int SolSocket = 1;

    /// <summary>SO_BINDTODEVICE, socket(7); since Linux 5.7 an unbound socket needs no privilege for it.</summary>
    private const int SoBindToDevice = 25;

    /// <summary>SO_BINDTOIFINDEX of Linux 5.1: reads the number that the name had when it was bound.</summary>
    private const int SoBindToInterfaceIndex = 62;

    /// <summary>Creates the socket.</summary>
    /// <returns>The socket, and the number of the interface that it is bound to; 0 when it is bound to none.</returns>
    public static (Socket Socket, int Interface) Create(EndPoint address)
    {
        var socket = SocketTransportOptions.CreateDefaultBoundListenSocket(address);
        // Inherited by what it accepts. Left alone, each grows to several MiB, which count in a container.
        (socket.SendBufferSize, socket.ReceiveBufferSize) = (KernelBufferBytes, KernelBufferBytes);
        if (address is not IPEndPoint { Address: var ip } || !NeedsInterface(ip)) return (socket, 0);
        try
        {
            socket.SetRawSocketOption(SolSocket, SoBindToDevice, Encoding.ASCII.GetBytes(InterfaceOf(ip) + "\0"));
            Span<byte> index = stackalloc byte[4];
            socket.GetRawSocketOption(SolSocket, SoBindToInterfaceIndex, index);
            return (socket, BinaryPrimitives.ReadInt32LittleEndian(index));
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Whether an address belongs to one interface, whose coming and going decides over the socket.</summary>
    public static bool NeedsInterface(IPAddress ip)
        => !IPAddress.IsLoopback(ip) && !ip.Equals(IPAddress.Any) && !ip.Equals(IPAddress.IPv6Any);

    private static string InterfaceOf(IPAddress address)
        => LocalAddresses.Read().FirstOrDefault(own => own.Address.Equals(address))?.Interface
            ?? throw new IOException($"No network interface has the address {address}.");
}
