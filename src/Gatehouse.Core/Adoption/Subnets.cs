using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Net;
using Gatehouse.Core.Engine;

namespace Gatehouse.Core.Adoption;

/// <summary>A range for one network.</summary>
/// <param name="Range">The whole range.</param>
/// <param name="Dynamic">The lower half, from which the engine hands out addresses.</param>
/// <param name="Gate">The gate's address, in the upper half, so that the engine never gives it to another.</param>
public sealed record Subnet(IPNetwork Range, IPNetwork Dynamic, IPAddress Gate)
{
    /// <summary>
    /// The address of a model server in its own network: fixed, so that it is the same after the server left for a
    /// moment and came back. It lies in the upper half, below the gate's.
    /// </summary>
    public IPAddress Model
    {
        get
        {
            var bytes = Gate.GetAddressBytes();
            bytes[^1]--;
            return new IPAddress(bytes);
        }
    }

    /// <summary>An IPv4 address as a number, so that addresses can be counted.</summary>
    internal static uint Number(IPAddress address)
        => BinaryPrimitives.ReadUInt32BigEndian(address.GetAddressBytes());

    /// <summary>The address of a number.</summary>
    internal static IPAddress Address(uint number)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, number);
        return new IPAddress(bytes);
    }
}

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

/// <summary>A job with the containers whose networks its calls come from.</summary>
/// <param name="Job">Its key.</param>
/// <param name="Apps">Its apps.</param>
/// <param name="Spaces">
/// The containers whose networks the apps use: themselves, or those whose network they share.
/// </param>
/// <param name="Sharers">The apps that nobody can tell apart; empty when that is one app.</param>
internal sealed record JobSeen(
    string Job, ImmutableArray<CallingApp> Apps, ImmutableArray<ContainerFacts> Spaces, ImmutableArray<string> Sharers)
{
    /// <summary>Where its models are, as far as its settings say.</summary>
    public ImmutableArray<ModelAddress> Hosts => [.. Apps.SelectMany(static app => app.ModelHosts).Distinct()];
}

/// <summary>
/// Apps that share a container's network (<c>network_mode: service:vpn</c>) are adopted by that container's joining:
/// the network is what the gate knows a job by. Several of them in one network are one job.
/// </summary>
public static class SharedNetworks
{
    private const int KeyLengthMax = 40;

    internal static IReadOnlyList<JobSeen> Merge(EngineView view, IReadOnlyCollection<CallingApp> apps)
    {
        var jobs = apps.Select(static app => app.Job).ToHashSet(StringComparer.Ordinal);
        var names = new Dictionary<string, (string Job, ImmutableArray<string> Sharers)>(StringComparer.Ordinal);
        foreach (var space in apps.GroupBy(app => OwnerOf(view, app).Id))
        {
            ImmutableArray<string> sharers =
                [.. space.Select(static app => app.Job).Distinct().Order(StringComparer.Ordinal)];
            var owner = OwnerOf(view, space.First());
            var job = sharers.Length == 1 ? sharers[0] : JobOf(owner, sharers, jobs);
            names[owner.Id] = (job, sharers.Length == 1 ? [] : sharers);
        }
        return
        [
            .. apps.GroupBy(app => names[OwnerOf(view, app).Id].Job, StringComparer.Ordinal)
                .OrderBy(static job => job.Key, StringComparer.Ordinal)
                .Select(job => new JobSeen(job.Key, [.. job],
                    [.. job.Select(app => OwnerOf(view, app)).DistinctBy(static one => one.Id)],
                    [.. job.SelectMany(app => names[OwnerOf(view, app).Id].Sharers).Distinct()])),
        ];
    }

    /// <summary>A key made of a name that may have any letters.</summary>
    /// <param name="name">The name.</param>
    /// <param name="otherwise">The key where the name has no letter that a key may have.</param>
    public static string PlainKey(string name, string otherwise)
    {
        var letters = name.Select(static letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.'
            ? char.ToLowerInvariant(letter) : '-');
        var key = string.Concat(letters).Trim('-', '_', '.');
        return key.Length == 0 ? otherwise : key[..Math.Min(KeyLengthMax, key.Length)];
    }

    private static string JobOf(ContainerFacts owner, ImmutableArray<string> sharers, HashSet<string> jobs)
    {
        var plain = PlainKey(owner.ShownName, "shared");
        var key = plain;
        for (var number = 2; !sharers.Contains(key) && jobs.Contains(key); number++) key = $"{plain}-{number}";
        return key;
    }

    private static ContainerFacts OwnerOf(EngineView view, CallingApp app)
        => view.NetworkOwner(app.Container) ?? app.Container;
}
