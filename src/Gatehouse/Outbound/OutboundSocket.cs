using System.Net;
using System.Net.Sockets;

namespace Gatehouse.Outbound;

/// <summary>
/// Opens connections. The one place that resolves a name: the addresses that it checks are the ones it connects to, so
/// a name that means another address a moment later (DNS rebinding) gains nothing.
/// </summary>
internal sealed class OutboundSocket(OutboundPolicy policy, OutboundWorld world, OutboundCounts counts)
{
    /// <summary>
    /// What the kernel may hold of an answer that nobody reads, twice; left alone it grows to several MiB.
    /// </summary>
    private const int KernelBufferBytes = 128 * 1024;

    public static ValueTask<Stream> OpenAsync(IPEndPoint address, CancellationToken stop) => OpenAsync(
        new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true }, address, stop);

    public static ValueTask<Stream> OpenAsync(string socketPath, CancellationToken stop) => OpenAsync(
        new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified),
        new UnixDomainSocketEndPoint(socketPath), stop);

    public ValueTask<Stream> OpenAsync(DnsEndPoint server, CancellationToken stop)
    {
        counts.Add(OutboundCount.Connections);
        if (policy.Open is { } open) return open(stop);
        return policy.SocketPath is { } path ? OpenAsync(path, stop) : OpenCheckedAsync(server, stop);
    }

    private static async ValueTask<Stream> OpenAsync(Socket socket, EndPoint address, CancellationToken stop)
    {
        try
        {
            socket.ReceiveBufferSize = KernelBufferBytes;
            await socket.ConnectAsync(address, stop);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async ValueTask<Stream> OpenCheckedAsync(DnsEndPoint server, CancellationToken stop)
    {
        IPAddress[] addresses = IPAddress.TryParse(server.Host, out var literal)
            ? [literal] : await world.Resolve(server.Host, stop);
        Exception? why = null;
        foreach (var address in addresses)
        {
            if (ZoneOf(address) is var zone && !policy.Zones.HasFlag(zone))
            {
                // What failed to connect says more than a second address that may not be tried.
                why ??= new DestinationRefusedException(server.Host, address, zone);
                continue;
            }
            try
            {
                return await world.Connect(new IPEndPoint(address, server.Port), stop);
            }
            catch (SocketException error)
            {
                why = error;
            }
        }
        if (why is DestinationRefusedException) counts.Add(OutboundCount.DestinationsRefused);
        throw why ?? new SocketException((int)SocketError.HostNotFound);
    }

    /// <summary>A service of this host is no less its own when it is called by a public address.</summary>
    private OutboundZones ZoneOf(IPAddress address)
    {
        var zone = OutboundZone.Of(address);
        if (policy.Zones.HasFlag(OutboundZones.Loopback) || zone == OutboundZones.Loopback) return zone;
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return world.IsOwn(plain) ? OutboundZones.Loopback : zone;
    }
}

/// <summary>The policy does not allow the address that a name stands for.</summary>
internal sealed class DestinationRefusedException(string host, IPAddress address, OutboundZones zone) : IOException(
    $"is not called: {host} is {OutboundZone.Name(zone)} ({address})")
{
    public OutboundZones Zone { get; } = zone;
}
