using System.Collections.Immutable;
using Gatehouse.Core.Engine;

namespace Gatehouse.Core.Adoption;

/// <summary>Decides who stands where: pure, so that what is shown before is what is done after.</summary>
public sealed class LayoutPlanner(
    EngineView view, SubnetPool pool, IReadOnlySet<string> takenKeys, StandingLayout? standing = null)
{
    // Linux lets an alias be long, but DNS does not (RFC 1035, 63 octets a label).
    private const int LabelLengthMax = 63;

    private readonly List<string> _notes = [];
    private readonly HashSet<string> _keys = new(StringComparer.Ordinal);

    /// <summary>Lays out an adoption.</summary>
    /// <param name="servers">The model servers that shall stand behind the gate.</param>
    /// <param name="apps">The apps that call models.</param>
    /// <param name="needsWayOut">Whether the gate has models elsewhere.</param>
    public AdoptionLayout Plan(
        IReadOnlyList<ServerSeen> servers, IReadOnlyList<AppSeen> apps, bool needsWayOut)
    {
        var models = servers.Where(CanMove).Select(PlaceModel).OfType<ModelPlace>().ToImmutableArray();
        var known = models.AddRange(standing?.Models ?? []);
        var places = apps.Where(CanJoin).GroupBy(static app => app.Job, StringComparer.Ordinal)
            .OrderBy(static job => job.Key, StringComparer.Ordinal)
            .Select(job => PlaceApp(job.Key, [.. job], known)).OfType<AppPlace>().ToImmutableArray();
        NoteBystanders(models, places);
        var ports = models.SelectMany(PortsOf).ToImmutableArray();
        var house = ports.Length > 0 || needsWayOut ? PlaceHouse(ports) : null;
        return new AdoptionLayout(models, places, house, [.. _notes]) { Standing = standing };
    }

    private bool CanMove(ServerSeen server)
    {
        var name = server.Container.ShownName;
        if (server.Container.Endpoints.Any(static endpoint => IsOurs(endpoint.Network)))
            return standing is null && Leave($"{name} stands behind the gate already.");
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
        return server.Container.Endpoints.All(IsOrdinary)
            || Leave($"{name} is in a network that is no bridge of this host (macvlan, overlay …).");
    }

    private bool CanJoin(AppSeen app)
    {
        var name = app.Container.ShownName;
        if (app.Container.NetworkMode == "host")
        {
            return Leave(
                $"{name} uses the host's own network, so nothing tells its calls from others. Give it a token: "
                + $"gatehouse connect openai-sdk --job {app.Job}");
        }
        if (app.Container.SharesNetworkOf is not null)
            return Leave($"{name} shares the network of another container, and is that one to the gate.");
        if (standing?.Apps.Any(place => place.Containers.Any(one => one.Id == app.Container.Id)) == true) return false;
        return app.Container.Endpoints.Length > 0 || Leave($"{name} is in no network.");
    }

    private ModelPlace? PlaceModel(ServerSeen server)
    {
        var container = server.Container;
        var key = KeyOf(container.ShownName);
        if (pool.Next() is not { } subnet) return NoRoom<ModelPlace>(container);
        return new ModelPlace
        {
            Key = key,
            Container = container,
            Provider = server.Provider,
            Port = server.Port,
            Network = GateNetworks.OfModel + key,
            Subnet = subnet,
            Leaves = [.. container.Endpoints.Select(endpoint => EndpointWish.Of(endpoint, container.Id))],
            Names = NamesOf(container),
            Served = server.Served,
        };
    }

    private AppPlace? PlaceApp(string job, ImmutableArray<AppSeen> replicas, ImmutableArray<ModelPlace> models)
    {
        var containers = replicas.Select(static app => app.Container).ToImmutableArray();
        var hosts = replicas.SelectMany(static app => app.ModelHosts).ToArray();
        var reached = models.Where(model => containers.Any(app => Reached(app, model)))
            .OrderBy(model => !hosts.Any(host => model.Names.Contains(host))).ToImmutableArray();
        if (reached.Length == 0)
        {
            Leave($"{containers[0].ShownName} is in no network with a model server that is adopted here.");
            return null;
        }
        foreach (var literal in hosts.Where(host => reached.Any(model => model.OldAddresses.Contains(host))))
        {
            Leave($"{containers[0].ShownName} names the model by its address {literal}. The engine gives that to "
                + $"others: set it to http://{reached[0].Names[0]}:{reached[0].Port}, then adopt again.");
            return null;
        }
        if (reached.All(model => model.Names.Length == 0))
        {
            Leave($"{containers[0].ShownName} reaches the model by no name (the default bridge has none).");
            return null;
        }
        if (standing?.Apps.FirstOrDefault(place => place.Job == job) is { } place)
            return place with { Containers = containers };
        if (pool.Next() is not { } subnet) return NoRoom<AppPlace>(containers[0]);
        return new AppPlace
        {
            Job = job,
            Containers = containers,
            Network = GateNetworks.OfApp + job,
            Subnet = subnet,
            Models = reached,
        };
    }

    private HousePlace? PlaceHouse(ImmutableArray<PublishedPort> ports)
    {
        if (pool.Next() is not { } subnet)
        {
            Leave("No free address range is left for the gate's way out.");
            return null;
        }
        foreach (var port in ports)
        {
            _notes.Add(
                $"Port {port.HostPort} of this host ({port.HostAddress}) leads to the gate then: whoever calls it "
                + $"is on record as the job {HousePlace.JobOf(port)}.");
        }
        return new HousePlace($"{GateNetworks.Prefix}house", subnet, ports);
    }

    private IEnumerable<PublishedPort> PortsOf(ModelPlace model)
        => model.Container.AskedPorts
            .Where(port => port.ContainerPort == model.Port && port.Protocol == "tcp" && port.HostPort > 0)
            .Select(port => new PublishedPort(port.HostAddress, port.HostPort, port.ContainerPort)).Distinct();

    /// <summary>
    /// The names that the engine's DNS answers for a container on networks of its own: the container's name and its
    /// aliases, without the id that it adds itself. The default bridge answers none.
    /// </summary>
    private static ImmutableArray<string> NamesOf(ContainerFacts container)
    {
        var named = container.Endpoints.Where(static endpoint => endpoint.Network != "bridge").ToArray();
        if (named.Length == 0) return [];
        var names = named.SelectMany(static endpoint => endpoint.Aliases.Concat(endpoint.DnsNames))
            .Append(container.Name)
            .Where(name => name.Length is > 0 and <= LabelLengthMax * 4
                && !container.Id.StartsWith(name, StringComparison.Ordinal));
        var first = container.ComposeService ?? container.Name;
        return [.. names.Distinct(StringComparer.Ordinal).OrderBy(name => name != first)
            .ThenBy(static name => name, StringComparer.Ordinal)];
    }

    private void NoteBystanders(ImmutableArray<ModelPlace> models, ImmutableArray<AppPlace> apps)
    {
        foreach (var model in models)
        {
            var bystanders = view.Containers.Where(other => other.Id != model.Container.Id && other.IsRunning
                && SharesBridge(other, model.Container)
                && !apps.Any(app => app.Containers.Any(one => one.Id == other.Id))).ToArray();
            if (bystanders.Length == 0) continue;
            _notes.Add($"{string.Join(", ", bystanders.Select(static one => one.ShownName))}: in one network with "
                + $"{model.Container.ShownName}, no sign of calling it; will not reach it any more.");
        }
        foreach (var model in models.Where(static model => model.Provider == Estate.ModelProvider.Ollama))
        {
            _notes.Add(
                $"{model.Container.ShownName} has no way out then, so it cannot download models. For a download: "
                + $"docker network connect bridge {model.Container.Name}, pull, then disconnect again.");
        }
    }

    private bool Reached(ContainerFacts app, ModelPlace model) => model.IsStanding
        ? app.Endpoints.Any(mine => StandingLayout.FormerNetworks(model).Contains(mine.Network, StringComparer.Ordinal))
        : SharesBridge(app, model.Container);

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
        var plain = PlainKey(name);
        var key = plain;
        for (var number = 2; takenKeys.Contains(key) || !_keys.Add(key); number++) key = $"{plain}-{number}";
        return key;
    }

    private static string PlainKey(string name)
    {
        var letters = name.Select(static letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.'
            ? char.ToLowerInvariant(letter) : '-');
        var key = string.Concat(letters).Trim('-', '_', '.');
        return key.Length == 0 ? "model" : key[..Math.Min(40, key.Length)];
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
