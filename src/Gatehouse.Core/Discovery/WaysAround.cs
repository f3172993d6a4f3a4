namespace Gatehouse.Core.Discovery;

/// <summary>Tells who reaches a model, or a public sink, without the gate.</summary>
internal static class WaysAround
{
    private const int NamesMax = 12; // Names in one sentence.

    public static IEnumerable<Find> Of(
        IReadOnlyList<Thing> things, ModelServers servers, IEnumerable<OpenConnection> connections)
    {
        foreach (var server in servers.All)
        {
            foreach (var find in Neighbours(server, things)) yield return find;
            foreach (var find in OpenPorts(server, servers)) yield return find;
        }
        foreach (var find in Connected(servers, connections)) yield return find;
        foreach (var thing in things.Where(thing => thing.Role is not (SoftwareRole.Plain or SoftwareRole.Gate)
            && thing.Has(ClueKind.SinkKey) && IsJob(thing)))
        {
            var keys = thing.Of(ClueKind.SinkKey).ToArray();
            yield return Find(thing, [.. keys],
                $"It holds the credential of a sink itself ({Names(keys.Select(key => key.Value))}): "
                    + "what it sends there "
                + "is not seen by the gate.");
        }
    }

    /// <summary>Whether something calls models, so that what else it holds matters.</summary>
    public static bool IsJob(Thing thing) => thing.Has(ClueKind.ModelUrl) || thing.Has(ClueKind.ModelKey)
        || thing.Has(ClueKind.ModelConnection) || thing.Has(ClueKind.ModelClient);

    private static IEnumerable<Find> Neighbours(Thing server, IReadOnlyList<Thing> things)
    {
        var networks = server.EndpointsNow.Select(endpoint => endpoint.Network).ToHashSet(StringComparer.Ordinal);
        if (networks.Count == 0) yield break;
        var near = things.Where(thing => thing != server && thing.Role != SoftwareRole.Gate
            && thing.EndpointsNow.Any(endpoint => networks.Contains(endpoint.Network))).Select(thing => thing.Name)
            .ToArray();
        if (near.Length == 0) yield break;
        yield return Find(
            server, [], $"{(near.Length == 1 ? "One container reaches" : $"{near.Length} containers reach")} "
            + $"it without the gate, over {Names(networks.Order(StringComparer.Ordinal))}: {Names(near)}.");
    }

    private static IEnumerable<Find> OpenPorts(Thing server, ModelServers servers)
    {
        foreach (var port in servers.OpenPortsOf(server).Where(port => port.Protocol == "tcp"
            && (server.ListeningPorts.IsEmpty || server.ListeningPorts.Contains(port.ContainerPort)))
            .DistinctBy(port => (port.HostPort, port.IsOpenToOthers)))
        {
            var who = port.IsOpenToOthers ? "every machine that reaches this one" : "every program of this machine";
            yield return Find(
                server, [new Clue(ClueKind.OpenPort, "published port", $"{port.HostAddress}:{port.HostPort}")],
                FormattableString.Invariant(
                    $"Its port is published on {port.HostAddress}:{port.HostPort}: {who} calls it without the gate."));
        }
    }

    private static IEnumerable<Find> Connected(ModelServers servers, IEnumerable<OpenConnection> connections)
    {
        var seen = new HashSet<(string, Thing)>();
        foreach (var connection in connections)
        {
            if (servers.At(connection.Address, connection.Port) is not { } server
                || !seen.Add((connection.Identity, server)))
            {
                continue;
            }
            if (server.Identities.Contains(connection.Identity)) continue;
            var other = FormattableString.Invariant($"{connection.Address}:{connection.Port}");
            yield return Find(server, [new Clue(ClueKind.ModelConnection, connection.Identity, other)],
                $"{connection.Who} has an open connection to it ({other}) that does not lead through the gate.");
        }
    }

    private static Find Find(Thing thing, System.Collections.Immutable.ImmutableArray<Clue> evidence, string note)
        => new()
        {
            Kind = FindKind.WayAround,
            Name = thing.Name,
            Software = thing.Software?.Name ?? "",
            Places = thing.Places,
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
