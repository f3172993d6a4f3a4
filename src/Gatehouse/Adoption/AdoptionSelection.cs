using System.Collections.Immutable;
using System.Globalization;
using Gatehouse.Core.Adoption;
using Gatehouse.Core.Discovery;
using Gatehouse.Core.Engine;
using Gatehouse.Core.Estate;
using Gatehouse.Discovery;

namespace Gatehouse.Adoption;

/// <summary>Picks what is adopted out of what was discovered.</summary>
internal static class AdoptionSelection
{
    /// <param name="view">What the engine has.</param>
    /// <param name="estate">What is declared; null when there is no estate.</param>
    /// <param name="names">What the person named; empty for all.</param>
    /// <param name="root">The host's root folder, for its processes; empty for this host.</param>
    /// <exception cref="AdoptionException">A name is of nothing that is there.</exception>
    public static AdoptionSubjects Of(
        EngineView view, EstatePlan? estate, IReadOnlyCollection<string> names, string root)
    {
        var observations = ContainerObservations.Of(view);
        var processes = $"{root}/proc";
        var connections = Directory.Exists(processes) ? new LiveScan(processes, view)
            .Take(observations.SelectMany(static one => one.ListeningPorts)).Connections : [];
        var discoveries = Classifier
            .Find(new HostObservations { Observations = observations, Connections = connections, Estate = estate });
        ImmutableArray<ModelServer> servers = [.. discoveries
            .Where(static discovered => discovered is { Kind: DiscoveredKind.Server, Provider: not null })
            .SelectMany(discovered => ContainersOf(discovered, view).Select(one => Server(discovered, one)))
                .OfType<ModelServer>()];
        var jobs = discoveries.Where(static discovered => discovered.Kind == DiscoveredKind.Job).ToArray();
        ImmutableArray<CallingApp> apps = [.. jobs.SelectMany(
            discovered => ContainersOf(discovered, view).Select(one => App(discovered, one)))];
        var drafts = jobs.Where(static discovered => discovered.Job is not null)
            .ToImmutableDictionary(static discovered => discovered.Name, static discovered => discovered.Job!,
                StringComparer.Ordinal);
        var sinks = jobs.SelectMany(static discovered => discovered.Sinks).DistinctBy(static sink => sink.Key);
        apps = apps.AddRange(Connected(view, connections, servers, apps));
        return Chosen(view, new AdoptionSubjects(servers, apps, drafts, [.. sinks]), names);
    }

    /// <summary>
    /// Containers that are no known callers and have a connection to a model server now, as a reverse proxy has: they
    /// call, so they are not cut off. A proxy may keep the address for good, so that counts as what it calls.
    /// </summary>
    private static IEnumerable<CallingApp> Connected(EngineView view, ImmutableArray<OpenConnection> connections,
        ImmutableArray<ModelServer> servers, ImmutableArray<CallingApp> apps)
    {
        var taken = apps.Select(static app => app.Job).ToHashSet(StringComparer.Ordinal);
        var known = apps.Select(static app => app.Container).Concat(servers.Select(static one => one.Container))
            // One whose network others share may stand for them, and they are known by themselves.
            .Concat(view.Containers.Where(static one => one.SharesNetworkOf is not null).Select(view.NetworkOwner)
                .OfType<ContainerFacts>()).Select(static one => one.Id).ToHashSet(StringComparer.Ordinal);
        foreach (var callers in connections
            .Where(static one => one.Identity.Kind == IdentityKind.Container)
            .GroupBy(static one => one.Identity.Name))
        {
            if (view.Container(callers.Key) is not { } caller || known.Contains(caller.Id)
                || caller.Labels.ContainsKey(AdoptedNetworks.Label))
            {
                continue;
            }
            ImmutableArray<ModelAddress> called = [.. callers
                .Where(one => servers.Any(server => server.Port == one.Port && server.Container.Endpoints.Any(
                    endpoint => endpoint.Address == one.Address || endpoint.Address6 == one.Address)))
                .Select(static one => new ModelAddress(one.Address, one.Port)).Distinct()];
            if (called.IsEmpty) continue;
            var job = SharedNetworks.PlainKey(caller.ShownName, "caller");
            for (var number = 2; !taken.Add(job); number++) job = $"{job}-{number}";
            yield return new CallingApp(caller, job) { ModelHosts = called };
        }
    }

    private static IEnumerable<ContainerFacts> ContainersOf(DiscoveredItem discovered, EngineView view)
        => discovered.Identities.Where(static one => one.Kind == IdentityKind.Container)
            .Select(one => view.Container(one.Name)).OfType<ContainerFacts>();

    private static CallingApp App(DiscoveredItem discovered, ContainerFacts container)
        => new(container, discovered.Name)
        {
            ModelHosts = [.. discovered.Evidence.Where(static piece => piece.Kind == EvidenceKind.ModelUrl)
            .Select(static piece => Uri.TryCreate(piece.Value, UriKind.Absolute, out var url) && url.Host.Length > 0
                ? new ModelAddress(url.IdnHost.Trim('[', ']'), url.Port < 0 ? 0 : url.Port) : null)
            .OfType<ModelAddress>()],
        };

    private static ModelServer? Server(DiscoveredItem discovered, ContainerFacts container)
    {
        var port = discovered.Addresses.Select(static address => address[(address.LastIndexOf(':') + 1)..])
            .Select(static text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                ? number : 0).FirstOrDefault();
        return port == 0 ? null : new ModelServer(container, discovered.Provider!.Value, port);
    }

    /// <summary>
    /// What the names mean: all of a Compose project, or one container. An app brings its model servers along, because
    /// it is adopted by their moving.
    /// </summary>
    private static AdoptionSubjects Chosen(
        EngineView view, AdoptionSubjects all, IReadOnlyCollection<string> names)
    {
        if (names.Count == 0) return all;
        foreach (var name in names)
        {
            if (all.Servers.All(one => !IsNamed(one.Container, name))
                && all.Apps.All(one => !IsNamed(one.Container, name)))
            {
                throw new AdoptionException(
                    $"'{name}' is neither a Compose project nor a container that calls or serves models. "
                    + "What there is: gatehouse discover");
            }
        }
        var apps = all.Apps.Where(app => names.Any(name => IsNamed(app.Container, name))).ToImmutableArray();
        var servers = all.Servers.Where(server => names.Any(name => IsNamed(server.Container, name))
            || apps.Any(app => SharesNetwork(view, app.Container, server.Container))).ToImmutableArray();
        // An app that calls a server that moves has to come along, or it is cut off.
        var along = all.Apps.Where(app => servers.Any(server => SharesNetwork(view, app.Container, server.Container)
            || IsCalledBy(app, server, view)));
        return all with { Servers = servers, Apps = [.. along] };
    }

    private static bool IsNamed(ContainerFacts container, string name)
        => container.ComposeProject == name || container.ComposeService == name || container.Name == name
            || (name.Length >= 12 && container.Id.StartsWith(name, StringComparison.Ordinal));

    private static bool SharesNetwork(EngineView view, ContainerFacts one, ContainerFacts other)
        => (view.NetworkOwner(one) ?? one).Endpoints.Any(
            mine => other.Endpoints.Any(theirs => theirs.Network == mine.Network));

    /// <summary>Whether an app calls a server by an address or a port of the host, from any network.</summary>
    private static bool IsCalledBy(CallingApp app, ModelServer server, EngineView view)
        => app.ModelHosts.Any(one => CallPaths.AddressOf(view, app, one.Host) is { } address
            && (server.Container.Endpoints.Any(endpoint => endpoint.Address == address)
                || server.Container.Ports.Any(port => port.HostPort == one.Port)));
}
