using System.Collections.Immutable;
using Gatehouse.Core.Discovery.Clues;
using Gatehouse.Core.Engine;
using Gatehouse.Core.Estate;

namespace Gatehouse.Core.Discovery;

/// <summary>Turns everything that was seen into finds: jobs, model servers, and ways around the gate.</summary>
public static class Judge
{
    /// <summary>Judges a house. The same sights give the same finds, in the same order.</summary>
    /// <param name="house">What was seen.</param>
    public static ImmutableArray<Find> Find(HouseSights house)
    {
        ArgumentNullException.ThrowIfNull(house);
        var all = ThingMerge.Of(house.Sights);
        var gates = all.Where(thing => thing.Role == SoftwareRole.Gate).ToArray();
        var things = all.Where(thing => thing.Role != SoftwareRole.Gate).ToImmutableArray();
        // A port of the host that a running gate has leads to no model, whatever a model's container once asked for.
        var held = gates.Where(gate => gate.IsRunning).SelectMany(gate => gate.Ports)
            .Select(port => port.HostPort).ToHashSet();
        ImmutableArray<OpenConnection> connections = [.. house.Connections.Where(
            connection => !gates.Any(gate => gate.Identities.Contains(connection.Identity)))];
        AddNamed(things);
        var servers = new ModelServers(things.Where(IsServer), held);
        AddConnections(things, servers, connections);
        var jobs = new JobFinds(house.Estate, servers);
        var found = things.Where(thing => IsJob(thing, servers))
            // Whoever stands in a job's own network is that job; others of the same name come after.
            .OrderBy(thing => JobFinds.AdoptedAs(thing) is null).ThenBy(thing => thing.Name, StringComparer.Ordinal)
                .ThenBy(thing => thing.Places[0], StringComparer.Ordinal)
            .Select(jobs.Add).ToArray();
        return
        [
            .. jobs.Judged(found),
            .. jobs.Missing(found).Where(find => !IsOfCallers(house.Estate!.Jobs[find.Name])),
            .. servers.All.OrderBy(server => server.Name, StringComparer.Ordinal)
                .Select(server => Server(server, servers, house.Estate)),
            .. WaysAround.Of(things, servers, connections)
                .OrderBy(find => find.Name, StringComparer.Ordinal)
                    .ThenBy(find => find.Notes[0], StringComparer.Ordinal),
        ];
    }

    /// <summary>The entries that finds propose, each once.</summary>
    /// <param name="finds">The finds.</param>
    public static EstateDraft EntriesOf(IEnumerable<Find> finds) => JobFinds.EntriesOf(finds);

    private static bool IsServer(Thing thing) => thing.Role switch
    {
        SoftwareRole.Server or SoftwareRole.Proxy => true,
        null => thing.Has(ClueKind.ModelServer) && thing.First.Kind is not SightKind.CronLine,
        _ => false,
    };

    private static bool IsJob(Thing thing, ModelServers servers) => thing.Role switch
    {
        SoftwareRole.Plain or SoftwareRole.Server => false,
        SoftwareRole.App or SoftwareRole.Proxy => true,
        SoftwareRole.Platform => SaysSo(thing)
            || (!thing.Has(ClueKind.Upkeep) && servers.NeighboursOf(thing).Any()),
        SoftwareRole.Optional => SaysSo(thing),
        _ => !IsServer(thing) && (SaysSo(thing) || thing.Has(ClueKind.ModelClient)
            || (!thing.IsContainer && thing.Has(ClueKind.ModelName) && !thing.Has(ClueKind.Upkeep))),
    };

    /// <summary>
    /// Whether settings, a call or a connection say that it calls models. What only looks after models has their
    /// address too.
    /// </summary>
    private static bool SaysSo(Thing thing) => thing.Has(ClueKind.ModelConnection)
        || (thing.Has(ClueKind.Upkeep)
            ? thing.Of(ClueKind.ModelUrl).Any(clue => ModelServers.Parse(clue.Value) is { } url
                && HostedApis.IsCallPath(url.Path))
            : thing.Has(ClueKind.ModelUrl) || thing.Of(ClueKind.ModelKey).Any(key => !IsDownloadKey(key.Value)));

    // With a key of Hugging Face a server fetches weights; a client of its models names an address too.
    private static bool IsDownloadKey(string name) => name.StartsWith("HF_", StringComparison.Ordinal)
        || name.StartsWith("HUGGING", StringComparison.Ordinal);

    /// <summary>
    /// A container of which nothing is known, and which another one names as its model server, is one. What itself
    /// calls models is an app in between.
    /// </summary>
    private static void AddNamed(ImmutableArray<Thing> things)
    {
        var unknown = things.Where(static thing => thing.IsContainer && thing.Role is null && !SaysSo(thing)
            && !thing.Has(ClueKind.ModelClient) && !thing.Has(ClueKind.ModelServer)).ToArray();
        if (unknown.Length == 0) return;
        foreach (var caller in things.Where(static thing => thing.Endpoints.Length != 0))
        {
            foreach (var clue in caller.Of(ClueKind.ModelUrl))
            {
                if (ModelServers.Parse(clue.Value) is not { } url) continue;
                unknown.FirstOrDefault(thing => thing != caller && thing.Endpoints.Any(its
                        => its.Names.Contains(url.Host) && caller.Endpoints.Any(mine => mine.Network == its.Network)))
                    ?.Add(new Clue(ClueKind.ModelServer, $"{clue.Where} of {caller.First.Place}", clue.Value));
            }
        }
    }

    private static void AddConnections(
        ImmutableArray<Thing> things, ModelServers servers, ImmutableArray<OpenConnection> connections)
    {
        var byIdentity = new Dictionary<string, Thing>(StringComparer.Ordinal);
        foreach (var thing in things)
        {
            foreach (var identity in thing.Identities) byIdentity.TryAdd(identity, thing);
        }
        foreach (var connection in connections)
        {
            if (!byIdentity.TryGetValue(connection.Identity, out var thing)) continue;
            if (servers.At(connection.Address, connection.Port) is { } server && server != thing)
            {
                thing.Add(new Clue(ClueKind.ModelConnection, "open connection",
                    FormattableString.Invariant($"{connection.Address}:{connection.Port}")));
            }
        }
    }

    /// <summary>
    /// Whether a job stands for whoever calls where the model was: an adoption made it, and no program is to be found.
    /// </summary>
    private static bool IsOfCallers(JobPlan job)
        => !job.Listen.IsEmpty && job.Key.StartsWith(GateNetworks.CallersJob, StringComparison.Ordinal);

    private static Find Server(Thing server, ModelServers servers, EstatePlan? estate)
    {
        var ports = server.ListeningPorts is [var first, ..] ? first : 0;
        var inside = server.Endpoints.IsEmpty && (!server.IsContainer || server.IsOnHostNetwork)
            ? [FormattableString.Invariant($"127.0.0.1:{ports}")]
            : server.Endpoints.Select(_ => FormattableString.Invariant($"{server.Name}:{ports}"));
        var outside = servers.OpenPortsOf(server)
            .Select(port => FormattableString.Invariant($"{port.HostAddress}:{port.HostPort}"));
        var addresses = (ports == 0 ? outside : inside.Concat(outside)).Distinct().ToImmutableArray();
        var isKnown = estate?.Models.Values.Any(model => addresses.Contains($"{model.Url.Host}:{model.Url.Port}")
            || (model.Url.Port == ports
            && server.Endpoints.Any(endpoint => endpoint.Names.Contains(model.Url.Host)))) == true;
        return new Find
        {
            Kind = FindKind.Server,
            Name = server.Name,
            Software = server.Software?.Name ?? server.Of(ClueKind.ModelServer).Select(static clue => clue.Value)
                .FirstOrDefault(static value => !value.Contains("://", StringComparison.Ordinal)) ?? "",
            Places = server.Places,
            Identities = server.Identities,
            Evidence = server.Clues,
            State = isKnown ? FindState.Known : FindState.New,
            IsRunning = server.HasLiveSight ? server.IsRunning : null,
            Addresses = addresses,
            Provider = server.Software?.Provider,
            Notes = [.. server.Of(ClueKind.HandsOn).Select(clue => clue.Value).Distinct()],
        };
    }
}
