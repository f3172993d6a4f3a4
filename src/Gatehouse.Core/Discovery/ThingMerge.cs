using System.Collections.Immutable;

namespace Gatehouse.Core.Discovery;

/// <summary>Puts the sights of the same thing together.</summary>
internal static class ThingMerge
{
    // What runs says more than what is written down.
    private static int Rank(Sight sight) => sight.Kind switch
    {
        SightKind.Container => 0,
        SightKind.Unit or SightKind.ContainerUnit => 1,
        SightKind.CronLine or SightKind.Webhook => 2,
        SightKind.Flow or SightKind.Automation => 3,
        SightKind.ComposeService => 4,
        SightKind.Process => 5,
        _ => 6,
    };

    // A unit's name is its identity; of a sight that has none only the place tells it from others.
    public static ImmutableArray<string> NamesOf(Sight sight) => !sight.Identities.IsEmpty ? sight.Identities
        : sight.Kind == SightKind.Unit ? [$"unit {sight.Name}.service"] : [$"{sight.Place} {sight.Name}"];

    public static ImmutableArray<Thing> Of(IEnumerable<Sight> sights)
    {
        var groups = new List<List<Sight>?>();
        var byIdentity = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var sight in sights)
        {
            var mine = groups.Count;
            groups.Add([sight]);
            foreach (var identity in NamesOf(sight))
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
        return [.. groups.OfType<List<Sight>>().Select(group => new Thing([.. group.OrderBy(Rank)]))];
    }
}
