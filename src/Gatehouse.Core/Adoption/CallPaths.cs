using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Gatehouse.Core.Engine;

namespace Gatehouse.Core.Adoption;

/// <summary>
/// By which paths model servers are called that the gate's names do not cover: by address, by a link of the default
/// bridge, by a proxy that reads labels. An address the gate takes over where the engine can give it to the gate; every
/// other such path stays as it was, and with it the server's place in that network.
/// </summary>
public sealed class CallPaths
{
    /// <summary>The engine's default network: it has no names, and gives nobody an address of his choice.</summary>
    internal const string DefaultBridge = "bridge";

    private readonly EngineView _view;
    private readonly Dictionary<(string Server, string Network), string> _kept = [];
    private readonly List<(string Server, string Network, string Address,
        ImmutableArray<CallingApp> Callers)> _taken = [];
    private readonly List<(string Server, Bypass Bypass)> _bypasses = [];

    internal CallPaths(EngineView view, IReadOnlyCollection<ModelServer> servers, IReadOnlyCollection<CallingApp> apps)
    {
        _view = view;
        foreach (var server in servers)
        {
            foreach (var endpoint in server.Container.Endpoints) Look(server, endpoint, apps);
        }
    }

    /// <summary>Why a server stays in a network, as the end of a sentence; null where it leaves.</summary>
    internal string? Kept(ContainerFacts server, string network) => _kept.GetValueOrDefault((server.Id, network));

    /// <summary>The addresses of a server that the gate takes over, and who calls them.</summary>
    internal IEnumerable<(string Network, string Address, ImmutableArray<CallingApp> Callers)> TakenOf(
        ContainerFacts server)
        => _taken.Where(one => one.Server == server.Id).Select(static one => (one.Network, one.Address, one.Callers));

    /// <summary>The paths to a server that stay as they were.</summary>
    internal IEnumerable<Bypass> BypassesOf(ContainerFacts server)
        => _bypasses.Where(one => one.Server == server.Id).Select(static one => one.Bypass);

    /// <summary>The address that a host means to an app; null when the engine's names tell.</summary>
    /// <param name="view">What the engine has.</param>
    /// <param name="app">The app.</param>
    /// <param name="host">A name or an address.</param>
    public static string? AddressOf(EngineView view, CallingApp app, string host)
    {
        if (IPAddress.TryParse(host, out var address)) return address.ToString();
        var owner = view.NetworkOwner(app.Container) ?? app.Container;
        foreach (var entry in app.Container.ExtraHosts.Concat(owner.ExtraHosts))
        {
            // `name:address`, where the address may be IPv6, or `name=address` (docker run --add-host).
            var split = entry.AsSpan().IndexOfAny(':', '=');
            if (split <= 0 || !entry.AsSpan(0, split).Equals(host, StringComparison.OrdinalIgnoreCase)) continue;
            var said = entry[(split + 1)..].Trim('[', ']');
            if (said == "host-gateway") return view.Network(DefaultBridge)?.Gateways.FirstOrDefault();
            if (IPAddress.TryParse(said, out var known)) return known.ToString();
        }
        return null;
    }

    private void Look(ModelServer server, EndpointFact endpoint, IReadOnlyCollection<CallingApp> apps)
    {
        var name = server.Container.ShownName;
        ImmutableArray<CallingApp> callers = [.. apps.Where(app => CallsByAddress(app, server, endpoint))];
        foreach (var app in apps.Where(app => CallsByLink(app, server.Container, endpoint)))
        {
            Keep(server, endpoint, app.Container, $"{app.Container.ShownName} is linked to it (--link)",
                $"A link leads to {name} itself, and without it {app.Container.ShownName} does not start again. To "
                    + "adopt it, put both in a network of their own instead (docker network create ai; --network ai).");
        }
        foreach (var proxy in LabelRoutes.ProxiesOf(_view, server.Container, endpoint.Network))
        {
            Keep(server, endpoint, proxy, $"{proxy.ShownName} routes to it by its labels",
                $"{proxy.ShownName} finds {name} by the labels that {name} has. To close this path, take them off, "
                    + "then adopt again.");
        }
        if (callers.IsEmpty) return;
        var address = AddressIn(endpoint);
        var isFree = _kept.ContainsKey((server.Container.Id, endpoint.Network)) is false
            && _taken.TrueForAll(one => one.Network != endpoint.Network);
        if (isFree && CanBeGiven(server.Container, endpoint, address))
        {
            _taken.Add((server.Container.Id, endpoint.Network, address, callers));
            return;
        }
        foreach (var app in callers)
        {
            Keep(server, endpoint, app.Container, $"{app.Container.ShownName} calls its address {address}",
                $"{app.Container.ShownName} names {name} by its address {address}, which the engine cannot give to the "
                    + $"gate. Set it to http://{name}:{server.Port}, then adopt again.");
        }
    }

    private void Keep(ModelServer server, EndpointFact endpoint, ContainerFacts caller, string kept, string why)
    {
        _kept.TryAdd((server.Container.Id, endpoint.Network), kept);
        var address = AddressIn(endpoint);
        _bypasses.Add((server.Container.Id, new Bypass(caller.ShownName, server.Container.ShownName, why)
        {
            From = Running(_view.NetworkOwner(caller)),
            Address = address.Length == 0 || !server.Container.IsRunning ? ""
                : new IPEndPoint(IPAddress.Parse(address), server.Port).ToString(),
        }));
    }

    internal static ContainerFacts? Running(ContainerFacts? container)
        => container is { IsRunning: true, IsUnsteady: false } ? container : null;

    /// <summary>By which address it is known there: the one now, or the one that it gets at its start.</summary>
    private static string AddressIn(EndpointFact endpoint)
        => endpoint.Address.Length > 0 ? endpoint.Address
            : endpoint.StaticAddress ?? (endpoint.Address6.Length > 0 ? endpoint.Address6 : "");

    private bool CallsByAddress(CallingApp app, ModelServer server, EndpointFact endpoint)
    {
        if (app.Container.Id == server.Container.Id || _view.NetworkOwner(app.Container) is not { } owner) return false;
        if (owner.NetworkMode != "host" && owner.Endpoints.All(mine => mine.Network != endpoint.Network)) return false;
        string?[] own = [endpoint.Address, endpoint.Address6, endpoint.StaticAddress, endpoint.StaticAddress6];
        return app.ModelHosts.Any(one => (one.Port == 0 || one.Port == server.Port)
            && AddressOf(_view, app, one.Host) is { Length: > 0 } address && own.Contains(address));
    }

    private bool CallsByLink(CallingApp app, ContainerFacts server, EndpointFact endpoint)
        => endpoint.Network == DefaultBridge && _view.NetworkOwner(app.Container) is { } owner
            && owner.Links.Any(link => link.Split(':')[0].TrimStart('/') == server.Name);

    /// <summary>
    /// Whether the engine would give the server's address to the gate once the server left: it was asked for, so that
    /// the network takes wishes; or it is the lowest one that is free then, which is what the engine hands out.
    /// </summary>
    private bool CanBeGiven(ContainerFacts server, EndpointFact endpoint, string address)
    {
        if (!IPAddress.TryParse(address, out var wanted) || wanted.AddressFamily != AddressFamily.InterNetwork)
            return false;
        if (endpoint.StaticAddress == address) return true;
        if (_view.Network(endpoint.Network) is not { } network) return false;
        var ranges = network.Subnets.Select(
            static text => IPNetwork.TryParse(text, out var one) ? one : (IPNetwork?)null).OfType<IPNetwork>();
        if (ranges.Where(one => one.Contains(wanted)).ToArray() is not [var range, ..]) return false;
        var used = _view.Containers.Where(one => one.Id != server.Id).SelectMany(static one => one.Endpoints)
            .Where(one => one.Network == endpoint.Network)
            .SelectMany(static one => new[] { one.Address, one.StaticAddress ?? "" })
            .Concat(network.Gateways).ToHashSet(StringComparer.Ordinal);
        var number = Subnet.Number(range.BaseAddress) + 1;
        while (number < Subnet.Number(wanted) && used.Contains(Subnet.Address(number).ToString())) number++;
        return number == Subnet.Number(wanted);
    }
}

/// <summary>Reverse proxies that find what they route to by labels or variables of the target.</summary>
internal static class LabelRoutes
{
    /// <summary>The last name of the proxy's image, and what its documentation says marks a target.</summary>
    private static readonly (string Image, Func<ContainerFacts, bool> Marks)[] Proxies =
    [
        ("traefik", static target => HasLabel(target, "traefik.")
            && target.Labels.GetValueOrDefault("traefik.enable") is not ("false" or "False")),
        ("caddy-docker-proxy", static target => HasLabel(target, "caddy")),
        ("nginx-proxy", static target => target.Environment.Any(static one => one.Name == "VIRTUAL_HOST")),
        ("swag", static target => target.Labels.GetValueOrDefault("swag") == "enable"),
    ];

    // Traefik 2 and 3: the network in which it looks for the target's address.
    private const string NetworkLabel = "traefik.docker.network";
    private const string NetworkSetting = "providers.docker.network=";

    /// <summary>The proxies that route to a container over one of its networks.</summary>
    public static IEnumerable<ContainerFacts> ProxiesOf(EngineView view, ContainerFacts target, string network)
    {
        if (target.Labels.GetValueOrDefault(NetworkLabel) is { } said && said != network
            && target.Endpoints.Any(endpoint => endpoint.Network == said))
        {
            return [];
        }
        return ProxiesOf(view, target).Where(one => view.NetworkOwner(one) is { } owner
            && (owner.NetworkMode == "host" || owner.Endpoints.Any(endpoint => endpoint.Network == network)));
    }

    /// <summary>
    /// The Traefiks that may take any network of a container for its address: one that has several is looked for in
    /// whichever the proxy sees first, unless a label or its own setting names one (Traefik's docker provider).
    /// </summary>
    public static IEnumerable<ContainerFacts> GuessersOf(EngineView view, ContainerFacts target)
        => target.Labels.ContainsKey(NetworkLabel) ? []
            : ProxiesOf(view, target).Where(static one => LastName(one.Image) == "traefik" && !one.CommandLine.Any(
                static word => word.Contains(NetworkSetting, StringComparison.OrdinalIgnoreCase)));

    private static IEnumerable<ContainerFacts> ProxiesOf(EngineView view, ContainerFacts target)
        => view.Containers.Where(one => one.Id != target.Id
            && Proxies.Any(proxy => proxy.Image == LastName(one.Image) && proxy.Marks(target)));

    private static bool HasLabel(ContainerFacts target, string start)
        => target.Labels.Keys.Any(key => key.StartsWith(start, StringComparison.Ordinal));

    private static string LastName(string image)
        => image.Split('@')[0].Split('/')[^1].Split(':')[0].ToLowerInvariant();
}
