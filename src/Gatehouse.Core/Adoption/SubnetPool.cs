using System.Net;

namespace Gatehouse.Core.Adoption;

/// <summary>
/// Small private ranges for the networks of an adoption, chosen apart from everything that the host already routes.
/// The ranges are fixed and not the engine's choice, because a static address needs a range that the user gave.
/// </summary>
public sealed class SubnetPool
{
    /// <summary>Sixteen addresses: the gate, and room for fourteen replicas less the engine's own three.</summary>
    private const int PrefixLength = 28;

    // RFC 1918 corners that routers, VPNs and engines rarely hand out by default.
    private static readonly IPNetwork[] Pools =
    [
        IPNetwork.Parse("10.214.0.0/16"), IPNetwork.Parse("172.30.224.0/19"), IPNetwork.Parse("192.168.208.0/20"),
    ];

    private readonly List<IPNetwork> _taken;

    /// <summary>A pool that leaves out what is taken.</summary>
    /// <param name="taken">Ranges that the host or its engine use.</param>
    public SubnetPool(IEnumerable<IPNetwork> taken) => _taken = [.. taken];

    /// <summary>The next free range; null when all are taken.</summary>
    public Subnet? Next()
    {
        foreach (var pool in Pools)
        {
            var (first, size) = (Subnet.Number(pool.BaseAddress), 1u << (32 - PrefixLength));
            var end = first + (1u << (32 - pool.PrefixLength));
            for (var start = first; start < end; start += size)
            {
                var candidate = new IPNetwork(Subnet.Address(start), PrefixLength);
                if (_taken.Any(taken => Overlap(taken, candidate))) continue;
                _taken.Add(candidate);
                var dynamic = new IPNetwork(Subnet.Address(start), PrefixLength + 1);
                return new Subnet(candidate, dynamic, Subnet.Address(start + 10));
            }
        }
        return null;
    }

    private static bool Overlap(IPNetwork left, IPNetwork right)
        => left.BaseAddress.AddressFamily == right.BaseAddress.AddressFamily
            && (left.Contains(right.BaseAddress) || right.Contains(left.BaseAddress));
}
