using System.Net;
using Gatehouse.Core.Estate;
using Gatehouse.Linux;

namespace Gatehouse.Server;

/// <summary>An address at which the plan wants a listener, and whose it is.</summary>
/// <param name="Job">The job that it identifies; null for the shared one, where a call needs a token.</param>
/// <param name="Address">A concrete address or socket.</param>
internal sealed record ListenerTarget(string? Job, ListenAddress Address)
{
    /// <summary>Far above any house; bounds the sockets where something makes addresses without end.</summary>
    private const int SharedMax = 256;

    /// <summary>Everything that the plan wants, given the addresses that there are.</summary>
    public static HashSet<ListenerTarget> In(EstatePlan plan, IReadOnlyList<LocalAddress> own)
    {
        var wanted = plan.Jobs.Values
            .SelectMany(job => job.Listen.Select(address => new ListenerTarget(job.Key, address))).ToHashSet();
        if (plan.Gate is not ListenAddress.Interfaces { Port: var port }) return wanted;
        // The IPv4 loopback is always there and opened with the house, so that a taken port stops the start.
        var shared = LocalAddresses.Reachable(own).Select(there => there.Address)
            .Concat(own.Select(there => there.Address).Where(IPAddress.IPv6Loopback.Equals))
            .Select(address => new ListenerTarget(null, new ListenAddress.Tcp(new IPEndPoint(address, port))));
        wanted.UnionWith(shared.Take(SharedMax));
        return wanted;
    }

    /// <summary>The interface that has the address; null while none has it, or when it belongs to none.</summary>
    public LocalAddress? In(IReadOnlyList<LocalAddress> own) => Address is ListenAddress.Tcp tcp
        ? own.FirstOrDefault(there => there.Address.Equals(tcp.EndPoint.Address)) : null;

    /// <summary>Whether it can only be opened while an interface has its address.</summary>
    public bool NeedsInterface
        => Address is ListenAddress.Tcp tcp && BoundSocket.NeedsInterface(tcp.EndPoint.Address);
}
