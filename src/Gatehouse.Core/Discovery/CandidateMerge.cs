using System.Collections.Immutable;

namespace Gatehouse.Core.Discovery;

/// <summary>Puts the sights of the same thing together.</summary>
internal static class CandidateMerge
{
    // What runs says more than what is written down.
    private static int Rank(Observation observation) => observation.Kind switch
    {
        ObservationKind.Container => 0,
        ObservationKind.Unit or ObservationKind.ContainerUnit => 1,
        ObservationKind.CronLine or ObservationKind.Webhook => 2,
        ObservationKind.Flow or ObservationKind.Automation => 3,
        ObservationKind.ComposeService => 4,
        ObservationKind.Process => 5,
        _ => 6,
    };

    // A unit's name is its identity; of a sight that has none only the place tells it from others.
    public static ImmutableArray<string> NamesOf(Observation observation)
        => !observation.Identities.IsEmpty ? observation.Identities
        : observation.Kind == ObservationKind.Unit ? [$"unit {observation.Name}.service"]
            : [$"{observation.Place} {observation.Name}"];

    public static ImmutableArray<Candidate> Of(IEnumerable<Observation> observations)
    {
        var groups = new List<List<Observation>?>();
        var byIdentity = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var observation in observations)
        {
            var mine = groups.Count;
            groups.Add([observation]);
            foreach (var identity in NamesOf(observation))
            {
                if (byIdentity.TryAdd(identity, mine)) continue;
                var other = byIdentity[identity];
                if (other == mine) continue;
                // The smaller group moves, so that long chains stay cheap.
                var (from, to) = groups[other]!.Count >= groups[mine]!.Count ? (mine, other) : (other, mine);
                foreach (var moved in groups[from]!)
                {
                    foreach (var name in NamesOf(moved))
                        byIdentity[name] = to;
                }
                groups[to]!.AddRange(groups[from]!);
                groups[from] = null;
                mine = to;
            }
        }
        return [.. groups.OfType<List<Observation>>().Select(group => new Candidate([.. group.OrderBy(Rank)]))];
    }
}
