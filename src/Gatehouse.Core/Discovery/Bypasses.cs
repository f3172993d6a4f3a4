namespace Gatehouse.Core.Discovery;

/// <summary>Determines who reaches a model, or a public sink, without the gate.</summary>
internal static class Bypasses
{
    private const int NamesMax = 12; // Names in one sentence.

    public static IEnumerable<DiscoveredItem> Of(
        IReadOnlyList<Candidate> candidates, ModelServers servers, IEnumerable<OpenConnection> connections)
    {
        foreach (var server in servers.All)
        {
            foreach (var discovered in Neighbours(server, candidates)) yield return discovered;
            foreach (var discovered in OpenPorts(server, servers)) yield return discovered;
        }
        foreach (var discovered in Connected(servers, connections)) yield return discovered;
        foreach (var candidate in candidates
            .Where(candidate => candidate.Role is not (SoftwareRole.Plain or SoftwareRole.Gate)
            && candidate.Has(EvidenceKind.SinkKey) && IsJob(candidate)))
        {
            var keys = candidate.Of(EvidenceKind.SinkKey).ToArray();
            yield return Find(candidate, [.. keys],
                $"It holds the credential of a sink itself ({Names(keys.Select(key => key.Value))}): "
                    + "what it sends there "
                + "is not seen by the gate.");
        }
    }

    /// <summary>Whether something calls models, so that what else it holds matters.</summary>
    public static bool IsJob(Candidate candidate)
        => candidate.Has(EvidenceKind.ModelUrl) || candidate.Has(EvidenceKind.ModelKey)
        || candidate.Has(EvidenceKind.ModelConnection) || candidate.Has(EvidenceKind.ModelClient);

    private static IEnumerable<DiscoveredItem> Neighbours(Candidate server, IReadOnlyList<Candidate> candidates)
    {
        var networks = server.EndpointsNow.Select(endpoint => endpoint.Network).ToHashSet(StringComparer.Ordinal);
        if (networks.Count == 0) yield break;
        var near = candidates.Where(candidate => candidate != server && candidate.Role != SoftwareRole.Gate
            && candidate.EndpointsNow.Any(endpoint => networks.Contains(endpoint.Network)))
                .Select(candidate => candidate.Name)
            .ToArray();
        if (near.Length == 0) yield break;
        yield return Find(
            server, [], $"{(near.Length == 1 ? "One container reaches" : $"{near.Length} containers reach")} "
            + $"it without the gate, over {Names(networks.Order(StringComparer.Ordinal))}: {Names(near)}.");
    }

    private static IEnumerable<DiscoveredItem> OpenPorts(Candidate server, ModelServers servers)
    {
        foreach (var port in servers.OpenPortsOf(server).Where(port => port.Protocol == "tcp"
            && (server.ListeningPorts.IsEmpty || server.ListeningPorts.Contains(port.ContainerPort)))
            .DistinctBy(port => (port.HostPort, port.IsOpenToOthers)))
        {
            var who = port.IsOpenToOthers ? "every machine that reaches this one" : "every program of this machine";
            yield return Find(
                server, [new Evidence(EvidenceKind.OpenPort, "published port", $"{port.HostAddress}:{port.HostPort}")],
                FormattableString.Invariant(
                    $"Its port is published on {port.HostAddress}:{port.HostPort}: {who} calls it without the gate."));
        }
    }

    private static IEnumerable<DiscoveredItem> Connected(ModelServers servers, IEnumerable<OpenConnection> connections)
    {
        var seen = new HashSet<(ObservationIdentity, Candidate)>();
        foreach (var connection in connections)
        {
            if (servers.At(connection.Address, connection.Port) is not { } server
                || !seen.Add((connection.Identity, server)))
            {
                continue;
            }
            if (server.Identities.Contains(connection.Identity)) continue;
            var other = FormattableString.Invariant($"{connection.Address}:{connection.Port}");
            yield return Find(server, [new Evidence(EvidenceKind.ModelConnection, $"{connection.Identity}", other)],
                $"{connection.Who} has an open connection to it ({other}) that does not lead through the gate.");
        }
    }

    private static DiscoveredItem Find(Candidate candidate,
        System.Collections.Immutable.ImmutableArray<Evidence> evidence, string note)
        => new()
        {
            Kind = DiscoveredKind.Bypass,
            Name = candidate.Name,
            Software = candidate.Software?.Name ?? "",
            Places = candidate.Places,
            Evidence = evidence,
            Notes = [note],
        };

    private static string Names(IEnumerable<string> names)
    {
        var all = names.Distinct().ToArray();
        var shown = string.Join(", ", all.Take(NamesMax));
        return all.Length > NamesMax ? $"{shown} and {all.Length - NamesMax} more" : shown;
    }
}
