using System.Collections.Immutable;
using Gatehouse.Core.Discovery.Scanning;
using Gatehouse.Core.Engine;
using Gatehouse.Core.Estate;

namespace Gatehouse.Core.Discovery;

/// <summary>Turns everything that was observed into jobs, model servers, and bypasses of the gate.</summary>
public static class Classifier
{
    /// <summary>Classifies a host. The same observations give the same items, in the same order.</summary>
    /// <param name="host">What was seen.</param>
    public static ImmutableArray<DiscoveredItem> Find(HostObservations host)
    {
        ArgumentNullException.ThrowIfNull(host);
        var all = CandidateMerge.Of(host.Observations);
        var gates = all.Where(candidate => candidate.Role == SoftwareRole.Gate).ToArray();
        var candidates = all.Where(candidate => candidate.Role != SoftwareRole.Gate).ToImmutableArray();
        // A port of the host that a running gate has leads to no model, whatever a model's container once asked for.
        var held = gates.Where(gate => gate.IsRunning).SelectMany(gate => gate.Ports)
            .Select(port => port.HostPort).ToHashSet();
        ImmutableArray<OpenConnection> connections = [.. host.Connections.Where(
            connection => !gates.Any(gate => gate.Identities.Contains(connection.Identity)))];
        AddNamed(candidates);
        var servers = new ModelServers(candidates.Where(IsServer), held);
        AddConnections(candidates, servers, connections);
        var jobs = new DiscoveredJobs(host.Estate, servers);
        var found = candidates.Where(IsJob)
            // What is in a job's own network is that job; others of the same name come after.
            .OrderBy(candidate => DiscoveredJobs.AdoptedAs(candidate) is null)
                .ThenBy(candidate => candidate.Name, StringComparer.Ordinal)
                .ThenBy(candidate => candidate.Places[0], StringComparer.Ordinal)
            .Select(jobs.Add).ToArray();
        return
        [
            .. jobs.Classified(found),
            .. jobs.Missing(found).Where(discovered => !IsOfCallers(host.Estate!.Jobs[discovered.Name])),
            .. servers.All.OrderBy(server => server.Name, StringComparer.Ordinal)
                .Select(server => Server(server, servers, host.Estate)),
            .. Bypasses.Of(candidates, servers, connections)
                .OrderBy(discovered => discovered.Name, StringComparer.Ordinal)
                    .ThenBy(discovered => discovered.Notes[0], StringComparer.Ordinal),
        ];
    }

    /// <summary>The entries that discovered items propose, each once.</summary>
    /// <param name="discoveries">The discovered items.</param>
    public static EstateDraft EntriesOf(IEnumerable<DiscoveredItem> discoveries)
        => DiscoveredJobs.EntriesOf(discoveries);

    private static bool IsServer(Candidate candidate) => candidate.Role switch
    {
        SoftwareRole.Server or SoftwareRole.Proxy => true,
        null => candidate.Has(EvidenceKind.ModelServer) && candidate.First.Kind is not ObservationKind.CronLine,
        _ => false,
    };

    private static bool IsJob(Candidate candidate) => candidate.Role switch
    {
        SoftwareRole.Plain or SoftwareRole.Server => false,
        SoftwareRole.App or SoftwareRole.Proxy => true,
        // A network that it shares with a model server says nothing: such a network is often shared by everything.
        SoftwareRole.Platform or SoftwareRole.Optional => SaysSo(candidate),
        _ => !IsServer(candidate) && (SaysSo(candidate) || candidate.Has(EvidenceKind.ModelClient)
            || (!candidate.IsContainer && candidate.Has(EvidenceKind.ModelName)
                && !candidate.Has(EvidenceKind.Upkeep))),
    };

    /// <summary>
    /// Whether settings, a call or a connection say that it calls models. What only looks after models has their
    /// address too.
    /// </summary>
    private static bool SaysSo(Candidate candidate) => candidate.Has(EvidenceKind.ModelConnection)
        || (candidate.Has(EvidenceKind.Upkeep)
            ? candidate.Of(EvidenceKind.ModelUrl).Any(piece => ModelServers.Parse(piece.Value) is { } url
                && HostedApis.IsCallPath(url.Path))
            : candidate.Has(EvidenceKind.ModelUrl) || candidate.Of(EvidenceKind.ModelKey)
                .Any(key => !IsDownloadKey(key.Value)));

    // With a key of Hugging Face a server fetches weights; a client of its models names an address too.
    private static bool IsDownloadKey(string name) => name.StartsWith("HF_", StringComparison.Ordinal)
        || name.StartsWith("HUGGING", StringComparison.Ordinal);

    /// <summary>
    /// A container of which nothing is known, and which something else names as its model server, is one. What itself
    /// calls models is an app in between.
    /// </summary>
    private static void AddNamed(ImmutableArray<Candidate> candidates)
    {
        var unknown = candidates
            .Where(static candidate => candidate.IsContainer && candidate.Role is null && !SaysSo(candidate)
            && !candidate.Has(EvidenceKind.ModelClient) && !candidate.Has(EvidenceKind.ModelServer)).ToArray();
        if (unknown.Length == 0) return;
        foreach (var caller in candidates)
        {
            foreach (var piece in caller.Of(EvidenceKind.ModelUrl))
            {
                if (ModelServers.Parse(piece.Value) is not { } url) continue;
                // A port of this machine may be that of anything, so that the setting itself has to say what is there.
                var saysKind = piece.Variable is { } named && KeyNames.IsModelAddress(named);
                Named(unknown, caller, url, saysKind)?.Add(NamedBy(caller, piece.Where, piece.Value));
            }
            foreach (var variable in caller.Variables)
            {
                if (KeyNames.ServerOf(variable.Name) is { } program && variable.Value is { } value
                    && ParsedUrl.TryParse(value) is { } url)
                {
                    Named(unknown, caller, url, saysKind: true)
                        ?.Add(NamedBy(caller, $"env {variable.Name}", program));
                }
            }
        }
    }

    private static Evidence NamedBy(Candidate caller, string where, string value)
        => new(EvidenceKind.ModelServer, $"{where} of {caller.First.Place}", value);

    /// <summary>
    /// The container that something means by a URL: by its name in a network of both, or by a port that it has on this
    /// machine.
    /// </summary>
    private static Candidate? Named(Candidate[] unknown, Candidate caller, ParsedUrl url, bool saysKind)
        => unknown.FirstOrDefault(candidate => candidate != caller && candidate.Endpoints.Any(its
            => its.Names.Contains(url.Host) && caller.Endpoints.Any(mine => mine.Network == its.Network)))
        ?? (saysKind && url.Port is { } port && ModelServers.IsHost(url.Host) ? unknown.FirstOrDefault(candidate
            => candidate != caller && (candidate.Ports.Any(one => one.HostPort == port && one.Protocol == "tcp")
                || (candidate.IsOnHostNetwork && candidate.ListeningPorts.Contains(port)))) : null);

    private static void AddConnections(
        ImmutableArray<Candidate> candidates, ModelServers servers, ImmutableArray<OpenConnection> connections)
    {
        var byIdentity = new Dictionary<ObservationIdentity, Candidate>();
        foreach (var candidate in candidates)
        {
            foreach (var identity in candidate.Identities) byIdentity.TryAdd(identity, candidate);
        }
        foreach (var connection in connections)
        {
            if (!byIdentity.TryGetValue(connection.Identity, out var candidate)) continue;
            if (servers.At(connection.Address, connection.Port) is { } server && server != candidate)
            {
                candidate.Add(new Evidence(EvidenceKind.ModelConnection, "open connection",
                    FormattableString.Invariant($"{connection.Address}:{connection.Port}")));
            }
        }
    }

    /// <summary>
    /// Whether a job represents every caller of a model's old address: an adoption made it, and it has no program.
    /// </summary>
    private static bool IsOfCallers(JobPlan job)
        => !job.Listen.IsEmpty && job.Key.StartsWith(GateNetworks.CallersJob, StringComparison.Ordinal);

    private static DiscoveredItem Server(Candidate server, ModelServers servers, EstatePlan? estate)
    {
        var ports = server.ListeningPorts is [var first, ..] ? first : 0;
        var inside = server.Endpoints.IsEmpty && (!server.IsContainer || server.IsOnHostNetwork)
            ? [FormattableString.Invariant($"127.0.0.1:{ports}")]
            : server.Endpoints.Select(_ => FormattableString.Invariant($"{server.NetworkName}:{ports}"));
        var outside = servers.OpenPortsOf(server)
            .Select(port => FormattableString.Invariant($"{port.HostAddress}:{port.HostPort}"));
        var addresses = (ports == 0 ? outside : inside.Concat(outside)).Distinct().ToImmutableArray();
        var isKnown = estate?.Models.Values.Any(model => addresses.Contains($"{model.Url.Host}:{model.Url.Port}")
            || (model.Url.Port == ports
            && server.Endpoints.Any(endpoint => endpoint.Names.Contains(model.Url.Host)))) == true;
        return new DiscoveredItem
        {
            Kind = DiscoveredKind.Server,
            Name = server.Name,
            Software = server.Software?.Name ?? server.Of(EvidenceKind.ModelServer).Select(static piece => piece.Value)
                .FirstOrDefault(static value => !value.Contains("://", StringComparison.Ordinal)) ?? "",
            Places = server.Places,
            Identities = server.Identities,
            Evidence = server.Evidence,
            State = isKnown ? DiscoveredState.Known : DiscoveredState.New,
            IsRunning = server.HasLiveObservation ? server.IsRunning : null,
            Addresses = addresses,
            Provider = server.Software?.Provider,
            Notes = [.. server.Of(EvidenceKind.HandsOn).Select(piece => piece.Value).Distinct()],
        };
    }
}
