using System.Collections.Immutable;
using Gatehouse.Core.Engine;

namespace Gatehouse.Core.Adoption;

/// <summary>Decides which container goes where. Pure, so that the plan shown is the plan carried out.</summary>
public sealed class LayoutPlanner(
    EngineView view, SubnetPool pool, IReadOnlySet<string> takenKeys, ExistingLayout? standing = null)
{
    // Linux lets an alias be long, but DNS does not (RFC 1035, 63 octets a label).
    private const int LabelLengthMax = 63;

    private readonly List<string> _notes = [];
    private readonly List<Bypass> _bypasses = [];
    private readonly HashSet<string> _keys = new(StringComparer.Ordinal);

    /// <summary>The addresses of this host, by which containers may call its ports.</summary>
    public IReadOnlySet<string> HostAddresses { get; init; } = ImmutableHashSet<string>.Empty;

    /// <summary>Lays out an adoption.</summary>
    /// <param name="servers">The model servers to put behind the gate.</param>
    /// <param name="apps">The apps that call models.</param>
    /// <param name="needsUplink">Whether the gate has models elsewhere.</param>
    public AdoptionLayout Plan(
        IReadOnlyList<ModelServer> servers, IReadOnlyList<CallingApp> apps, bool needsUplink)
    {
        var movable = servers.Where(server => CanMove(server, apps)).ToArray();
        var paths = new CallPaths(view, movable, apps);
        var models = movable.Select(server => PlaceModel(server, paths)).OfType<AdoptedServer>().ToImmutableArray();
        var known = models.AddRange(standing?.Models ?? []);
        var jobs = SharedNetworks.Merge(view, [.. apps.Where(CanJoin)]);
        var places = jobs.Select(job => PlaceApp(job, known, paths)).OfType<AppPlace>().ToImmutableArray();
        var taken = models.SelectMany(model => TakenFrom(model, paths)).ToImmutableArray();
        // A server that stays where it was for everybody who calls it gains nothing from a second network.
        models = models.RemoveAll(model => !model.Keeps.IsEmpty && taken.All(one => one.Model != model)
            && places.All(app => !app.Models.Contains(model)));
        foreach (var model in movable) _bypasses.AddRange(paths.BypassesOf(model.Container));
        var ports = PortsOf(models, taken);
        var callers = CallersOf(apps, ports).ToImmutableArray();
        NoteUnreached(jobs, places, taken, callers, servers);
        NoteTaken(taken, ports);
        NoteBystanders(models, places, taken);
        var uplink = ports.Length > 0 || needsUplink ? PlaceUplink(ports) : null;
        return new AdoptionLayout(models, places, uplink, [.. _notes])
        {
            Standing = standing,
            Addresses = taken,
            PortCallers = uplink is null ? [] : callers,
            Bypasses = [.. _bypasses.DistinctBy(static one => (one.Caller, one.Server))],
        };
    }

    private bool CanMove(ModelServer server, IReadOnlyList<CallingApp> apps)
    {
        var name = server.Container.ShownName;
        if (server.Container.Endpoints.Any(static endpoint => IsOurs(endpoint.Network)))
            return standing is null && Leave($"{name} is behind the gate already.");
        if (apps.FirstOrDefault(app => app.Container.Id == server.Container.Id) is { } caller)
        {
            return Leave($"{name} calls models and serves them too. It is adopted as a caller and stays where it is "
                + $"for those who call it, because it needs its networks; what it calls is on record as {caller.Job}.");
        }
        if (standing is not null)
        {
            return Leave($"{name} is a model server that came after the adoption. Apps that are behind the gate may "
                + "call it by its name, so it is adopted with them: gatehouse adopt --undo, then gatehouse adopt.");
        }
        if (server.Container.NetworkMode == "host")
        {
            return Leave(
                $"{name} uses the host's own network, so everything on this host reaches it. Give it a network of its "
                + "own in its Compose file, then adopt again.");
        }
        if (server.Container.SharesNetworkOf is not null)
            return Leave($"{name} shares the network of another container; it cannot be moved alone.");
        if (view.Containers.FirstOrDefault(other => SharesNetworkWith(other, server.Container)) is { } sharer)
            return Leave($"{name} shares its network with {sharer.ShownName}; it cannot be moved alone.");
        if (server.Container.Endpoints.Length == 0)
            return Leave($"{name} is in no network: nobody can reach it.");
        if (server.Container.AskedPorts.FirstOrDefault(asked => asked.ContainerPort != server.Port) is { } port)
        {
            return Leave($"{name} also publishes its port {port.ContainerPort}/{port.Protocol} on this host, which "
                + "the gate does not serve, so it stays where it is. Take that port out of its Compose file, then "
                + "adopt again.");
        }
        if (LabelRoutes.GuessersOf(view, server.Container)
            .FirstOrDefault(proxy => view.NetworkOwner(proxy)?.NetworkMode == "host") is { } guesser)
        {
            return Leave($"{guesser.ShownName} routes to {name} by its labels from the host's own network, and would "
                + $"lose it. Name its network by the label traefik.docker.network, then adopt again.");
        }
        return server.Container.Endpoints.All(IsOrdinary)
            || Leave($"{name} is in a network that is no bridge of this host (macvlan, overlay …).");
    }

    private bool CanJoin(CallingApp app)
    {
        var name = app.Container.ShownName;
        if (view.NetworkOwner(app.Container) is not { } owner)
            return Leave($"{name} shares the network of a container that is not there.");
        if (owner.NetworkMode == "host")
        {
            return Leave(
                $"{name} uses the host's own network, so nothing tells its calls from others. Give it a token: "
                + $"gatehouse connect openai-sdk --job {app.Job}");
        }
        if (standing?.Apps.FirstOrDefault(place => place.Containers.Any(one => one.Id == owner.Id)) is { } place)
        {
            return place.Job != app.Job && app.Container.Id != owner.Id && Leave(
                $"{name} shares the network of {owner.ShownName}, and is on record as that one's job, {place.Job}.");
        }
        return owner.Endpoints.Length > 0 || Leave($"{name} is in no network.");
    }

    private AdoptedServer? PlaceModel(ModelServer server, CallPaths paths)
    {
        var container = server.Container;
        var key = KeyOf(container.ShownName);
        if (pool.Next() is not { } subnet) return NoRoom<AdoptedServer>(container);
        var all = container.Endpoints.Select(endpoint => EndpointSpec.Of(endpoint, container.Id)).ToArray();
        return new AdoptedServer
        {
            Key = key,
            Container = container,
            Provider = server.Provider,
            Port = server.Port,
            Network = GateNetworks.OfModel + key,
            Subnet = subnet,
            Leaves = [.. all.Where(one => paths.Kept(container, one.Network) is null)],
            Keeps = [.. all.Where(one => paths.Kept(container, one.Network) is not null)],
            Joined = [.. LabelRoutes.GuessersOf(view, container).Select(view.NetworkOwner).OfType<ContainerFacts>()],
            Names = NamesOf(container),
            Served = server.Served,
        };
    }

    private AppPlace? PlaceApp(JobSeen job, ImmutableArray<AdoptedServer> models, CallPaths paths)
    {
        var spaces = job.Spaces;
        var links = LinkNames(spaces, models);
        var reached = models.Where(model => model.Names.Length > 0 && spaces.Any(app => Reached(app, model)))
            .Where(model => !IsKeptFor(job, model, paths))
            .OrderBy(model => !job.Hosts.Any(one => model.Names.Contains(one.Host))).ToImmutableArray();
        if (reached.Length == 0) return null;
        if (standing?.Apps.FirstOrDefault(place => place.Job == job.Job) is { } place)
            return place with { Containers = spaces };
        if (pool.Next() is not { } subnet) return NoRoom<AppPlace>(spaces[0]);
        if (job.Sharers.Length > 0)
        {
            _notes.Add($"{string.Join(", ", job.Sharers)} share the network of {spaces[0].ShownName}, where nobody can "
                + $"tell them apart: they are on record as one job, {job.Job}.");
        }
        foreach (var space in spaces.Where(static one => one.Image.Contains("gluetun", StringComparison.Ordinal)))
        {
            _notes.Add($"{space.ShownName} has a firewall of its own. If the call from inside it fails, set "
                + $"FIREWALL_OUTBOUND_SUBNETS={subnet.Range} there, then adopt again.");
        }
        return new AppPlace
        {
            Job = job.Job,
            Containers = spaces,
            Network = GateNetworks.OfApp + job.Job,
            Subnet = subnet,
            Models = reached,
            Sharers = job.Sharers,
            Owners = [.. spaces.Where(space => job.Apps.All(app => app.Container.Id != space.Id))
                .Select(static space => space.ShownName)],
            ModelHosts = job.Hosts,
            LinkNames = links,
        };
    }

    /// <summary>
    /// Whether a server's name leads to the server itself for a job: in a network that the server keeps. The default
    /// bridge has no names.
    /// </summary>
    private bool IsKeptFor(JobSeen job, AdoptedServer model, CallPaths paths)
    {
        foreach (var kept in model.Keeps.Where(static kept => kept.Network != CallPaths.DefaultBridge))
        {
            var app = job.Spaces.FirstOrDefault(one => one.Endpoints.Any(mine => mine.Network == kept.Network));
            if (app is null) continue;
            var server = model.Container.ShownName;
            if (paths.BypassesOf(model.Container).Any(one => one.Caller == app.ShownName)) return true;
            _bypasses.Add(new Bypass(job.Job, server,
                $"{server} stays in {kept.Network}, because {paths.Kept(model.Container, kept.Network)}; there its "
                    + $"name leads to itself. Take {job.Job} or {server} out of {kept.Network}, then adopt again.")
            {
                From = CallPaths.Running(app),
                Address = PlaceOf(model.Container, model.Port, app),
            });
            return true;
        }
        return false;
    }

    private static IEnumerable<TakenAddress> TakenFrom(AdoptedServer model, CallPaths paths)
        => paths.TakenOf(model.Container).Select(one => new TakenAddress(model, one.Network, one.Address)
        {
            Callers = [.. one.Callers.Select(static app => app.Container).Where(
                static container => CallPaths.Running(container) is not null)],
        });

    private UplinkNetwork? PlaceUplink(ImmutableArray<PortPlace> ports)
    {
        if (pool.Next() is { } subnet) return new UplinkNetwork($"{GateNetworks.Prefix}uplink", subnet, ports);
        Leave("No free address range is left for the gate's uplink network.");
        return null;
    }

    /// <summary>
    /// The ports of the host that the gate takes over. Each leads to the server that had it: two servers with the same
    /// port inside get two ports of the gate. None is one that the gate serves at an address that it took over: the
    /// engine may lead a published port there.
    /// </summary>
    private ImmutableArray<PortPlace> PortsOf(ImmutableArray<AdoptedServer> models, ImmutableArray<TakenAddress> taken)
    {
        var ports = ImmutableArray.CreateBuilder<PortPlace>();
        var used = taken.Select(static one => one.Model.Port).ToHashSet();
        foreach (var model in models.Where(static model => model.Container.AskedPorts.Length > 0))
        {
            foreach (var host in AskedOf(model).GroupBy(static one => one.Port))
            {
                if (!model.GivesPorts)
                {
                    _bypasses.Add(new Bypass($"port {host.Key} of this host", model.Container.ShownName,
                        $"{model.Container.ShownName} keeps a network, and with it its port of this host."));
                    continue;
                }
                var gate = model.Port;
                while (!used.Add(gate)) gate++;
                var job = $"{GateNetworks.CallersJob}port-{host.Key}";
                // The same port at two addresses of the host may be two servers.
                if (ports.Any(port => port.Job == job)) job += $"-{model.Key}";
                ports.AddRange(host.Select(one => new PortPlace(
                    new PublishedPort(one.Address, one.Port, gate), model, job)));
            }
        }
        return ports.ToImmutable();
    }

    /// <summary>
    /// Where a server's port is published. One that was left to the engine's choice stays where it is now.
    /// </summary>
    private static IEnumerable<(string Address, int Port)> AskedOf(AdoptedServer model)
    {
        foreach (var port in model.Container.AskedPorts.Where(static port => port.Protocol == "tcp").Distinct())
        {
            var now = port.HostPort > 0 ? port.HostPort : model.Container.Ports.FirstOrDefault(
                live => live.ContainerPort == port.ContainerPort && live.Protocol == "tcp")?.HostPort ?? 0;
            if (now > 0) yield return (port.HostAddress, now);
        }
    }

    private IEnumerable<PortCaller> CallersOf(IReadOnlyList<CallingApp> apps, ImmutableArray<PortPlace> ports)
    {
        foreach (var app in apps)
        {
            foreach (var said in app.ModelHosts)
            {
                if (CallPaths.AddressOf(view, app, said.Host) is not { } address || !IsOfHost(address)) continue;
                var found = ports.FirstOrDefault(port => port.Published.HostPort == said.Port
                    && (port.Published.IsEverywhere || port.Published.HostAddress == address));
                if (found is null) continue;
                _notes.Add($"{app.Container.ShownName} calls port {said.Port} of this host: it is on record as "
                    + $"{found.Job}.");
                yield return new PortCaller(CallPaths.Running(app.Container), address, found);
            }
        }
    }

    private bool IsOfHost(string address)
        => HostAddresses.Contains(address) || view.Networks.Any(network => network.Gateways.Contains(address));

    /// <summary>
    /// The names that the engine's DNS answers for a container on networks of its own: the container's name and its
    /// aliases, without the id that it adds itself. The default bridge answers none.
    /// </summary>
    private static ImmutableArray<string> NamesOf(ContainerFacts container)
    {
        var named = container.Endpoints.Where(static endpoint => endpoint.Network != CallPaths.DefaultBridge).ToArray();
        if (named.Length == 0) return [];
        var names = named.SelectMany(static endpoint => endpoint.Aliases.Concat(endpoint.DnsNames))
            .Append(container.Name)
            .Where(name => name.Length is > 0 and <= LabelLengthMax * 4
                && !container.Id.StartsWith(name, StringComparison.Ordinal));
        var first = container.ComposeService ?? container.Name;
        return [.. names.Distinct(StringComparer.Ordinal).OrderBy(name => name != first)
            .ThenBy(static name => name, StringComparer.Ordinal)];
    }

    /// <summary>Names that only the links of an app give a server (Engine API, EndpointSettings.Links).</summary>
    private static ImmutableArray<string> LinkNames(
        ImmutableArray<ContainerFacts> spaces, ImmutableArray<AdoptedServer> models) =>
    [
        .. spaces.SelectMany(static app => app.Endpoints).SelectMany(static endpoint => endpoint.Links)
            .Select(static link => link.Split(':')).Where(static parts => parts.Length == 2 && parts[1].Length > 0)
            .Where(parts => models.Any(model => model.Names.Contains(parts[0].TrimStart('/'))))
            .Select(static parts => parts[1]).Distinct(StringComparer.Ordinal),
    ];

    /// <summary>What becomes of apps that get no network with the gate.</summary>
    private void NoteUnreached(
        IReadOnlyList<JobSeen> jobs, ImmutableArray<AppPlace> places, ImmutableArray<TakenAddress> taken,
        ImmutableArray<PortCaller> callers, IReadOnlyList<ModelServer> servers)
    {
        foreach (var job in jobs)
        {
            var name = job.Spaces[0].ShownName;
            var isPlaced = places.Any(app => app.Job == job.Job);
            var left = servers.Where(server => places.All(app => app.Models.All(
                model => model.Container.Id != server.Container.Id))
                && job.Apps.All(app => app.Container.Id != server.Container.Id)
                && job.Spaces.Any(space => SharesBridge(space, server.Container))).ToArray();
            foreach (var server in left.Where(server => job.Hosts.Any(one => IsNameOf(server.Container, one.Host))))
            {
                _bypasses.Add(new Bypass(job.Job, server.Container.ShownName,
                    $"{server.Container.ShownName} stays where it is, and {job.Job} goes on calling it directly.")
                {
                    From = CallPaths.Running(job.Spaces[0]),
                    Address = PlaceOf(server.Container, server.Port, job.Spaces[0]),
                });
            }
            if (isPlaced || _bypasses.Exists(one => one.Caller == job.Job || one.Caller == name)
                || callers.Any(caller => job.Apps.Any(app => caller.Caller?.Id == app.Container.Id))
                || taken.Any(one => one.Callers.Any(caller => job.Apps.Any(app => app.Container.Id == caller.Id))))
            {
                continue;
            }
            var near = servers.FirstOrDefault(server => job.Spaces.Any(space => SharesBridge(space, server.Container)));
            Leave(near is null ? $"{name} is in no network with a model server that is adopted here."
                : job.Spaces.All(static space => space.Endpoints.All(
                    static endpoint => endpoint.Network == CallPaths.DefaultBridge))
                    ? $"{name} reaches the model by no name (the default bridge has none)."
                    : $"{name} goes on as it was: {near.Container.ShownName} is not adopted.");
        }
    }

    /// <summary>Where a server answers a container of one of its networks; empty when it does not run.</summary>
    private static string PlaceOf(ContainerFacts server, int port, ContainerFacts caller)
        => server.Endpoints.FirstOrDefault(theirs => theirs.Address.Length > 0 && server.IsRunning
            && caller.Endpoints.Any(mine => mine.Network == theirs.Network)) is { } place
            ? $"{place.Address}:{port}" : "";

    private static bool IsNameOf(ContainerFacts server, string host)
        => NamesOf(server).Contains(host) || server.Endpoints.Any(endpoint => endpoint.Address == host);

    private void NoteTaken(ImmutableArray<TakenAddress> taken, ImmutableArray<PortPlace> ports)
    {
        foreach (var one in taken)
        {
            _notes.Add($"The gate takes the address {one.Address} of {one.Model.Container.ShownName} in {one.Network}, "
                + "because apps call it by that: every caller is on record as the job "
                + $"{one.Job}. To tell callers apart, set them to http://{one.Model.Names.FirstOrDefault()
                    ?? one.Model.Container.ShownName}:{one.Model.Port}.");
        }
        foreach (var port in ports)
        {
            var at = port.Published.HostAddress is "" ? "all addresses" : port.Published.HostAddress;
            _notes.Add($"Port {port.Published.HostPort} of this host ({at}) leads to the gate then, and on to "
                + $"{port.Model.Container.ShownName}: every caller is on record as the job {port.Job}.");
        }
    }

    private void NoteBystanders(
        ImmutableArray<AdoptedServer> models, ImmutableArray<AppPlace> apps, ImmutableArray<TakenAddress> taken)
    {
        foreach (var model in models)
        {
            var left = model.Leaves.Select(static one => one.Network).ToHashSet(StringComparer.Ordinal);
            var bystanders = view.Containers.Where(other => other.Id != model.Container.Id && other.IsRunning
                && other.Endpoints.Any(mine => left.Contains(mine.Network) && !IsOurs(mine.Network))
                && !apps.Any(app => app.Containers.Any(one => one.Id == other.Id))
                && !taken.Any(one => one.Callers.Any(caller => caller.Id == other.Id))
                && !_bypasses.Exists(one => one.Caller == other.ShownName)).ToArray();
            if (bystanders.Length == 0) continue;
            _notes.Add($"{string.Join(", ", bystanders.Select(static one => one.ShownName))}: in one network with "
                + $"{model.Container.ShownName}, no sign of calling it; will not reach it any more.");
        }
        foreach (var model in models.Where(static model => model.Provider == Estate.ModelProvider.Ollama
            && model.Keeps.IsEmpty))
        {
            _notes.Add(
                $"{model.Container.ShownName} has no internet access then, so it cannot download models. To download: "
                + $"docker network connect bridge {model.Container.Name}, pull, then disconnect again.");
        }
    }

    /// <summary>Whether an app can call a server by a name: the default bridge has none.</summary>
    private static bool Reached(ContainerFacts app, AdoptedServer model)
    {
        var networks = model.IsStanding ? ExistingLayout.FormerNetworks(model)
            : model.Container.Endpoints.Select(static endpoint => endpoint.Network);
        return app.Endpoints.Any(mine => !IsOurs(mine.Network) && mine.Network != CallPaths.DefaultBridge
            && networks.Contains(mine.Network, StringComparer.Ordinal));
    }

    private bool SharesBridge(ContainerFacts one, ContainerFacts other)
        => one.Endpoints.Any(mine => !IsOurs(mine.Network)
            && other.Endpoints.Any(theirs => theirs.Network == mine.Network))
            && view.Networks.Length > 0;

    private bool IsOrdinary(EndpointFact endpoint)
        => view.Network(endpoint.NetworkId.Length > 0 ? endpoint.NetworkId : endpoint.Network)
            is { Driver: "bridge", Scope: "local" };

    private bool SharesNetworkWith(ContainerFacts other, ContainerFacts owner)
        => other.SharesNetworkOf is not null && view.NetworkOwner(other)?.Id == owner.Id;

    private static bool IsOurs(string network) => network.StartsWith(GateNetworks.Prefix, StringComparison.Ordinal);

    /// <summary>A key that the estate and the engine's network names both accept.</summary>
    private string KeyOf(string name)
    {
        var plain = SharedNetworks.PlainKey(name, "model");
        var key = plain;
        for (var number = 2; takenKeys.Contains(key) || !_keys.Add(key); number++) key = $"{plain}-{number}";
        return key;
    }

    private T? NoRoom<T>(ContainerFacts container)
        where T : class
    {
        Leave($"No free address range is left for {container.ShownName}.");
        return null;
    }

    private bool Leave(string note)
    {
        _notes.Add(note);
        return false;
    }
}
