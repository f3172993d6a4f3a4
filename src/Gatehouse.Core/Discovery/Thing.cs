using System.Collections.Immutable;
using Gatehouse.Core.Engine;

namespace Gatehouse.Core.Discovery;

/// <summary>All sights of one thing together.</summary>
internal sealed class Thing(ImmutableArray<Sight> sights)
{
    /// <summary>The sight that says most: what runs before what is only written down.</summary>
    public Sight First { get; } = sights[0];

    public ImmutableArray<string> Places { get; } = [.. sights.Select(sight => sight.Place).Distinct()];

    public ImmutableArray<Clue> Clues { get; private set; } =
        [.. sights.SelectMany(sight => sight.Clues).Where(clue => IsOwn(clue, sights))
            .DistinctBy(clue => (clue.Kind, clue.Value))];

    public KnownSoftware? Software { get; } = sights.Select(sight => sight.Software).OfType<KnownSoftware>()
        .FirstOrDefault();

    public ImmutableArray<SightEndpoint> Endpoints { get; } = [.. sights.SelectMany(sight => sight.Endpoints)];

    /// <summary>Where it stands: a container that is there says more than the file that it was made from.</summary>
    public ImmutableArray<SightEndpoint> EndpointsNow { get; } = sights.Any(IsContainerSight)
        ? [.. sights.Where(IsContainerSight).SelectMany(sight => sight.Endpoints)]
        : [.. sights.SelectMany(sight => sight.Endpoints)];

    public ImmutableArray<PortFact> Ports { get; } = [.. sights.SelectMany(sight => sight.Ports).Distinct()];

    public ImmutableArray<int> ListeningPorts { get; } =
        [.. sights.SelectMany(sight => sight.ListeningPorts).Distinct()];

    public ImmutableArray<string> Identities { get; } =
        [.. sights.SelectMany(sight => ThingMerge.NamesOf(sight)).Distinct()];

    public bool IsOnHostNetwork { get; } = sights.Any(sight => sight.IsOnHostNetwork);

    public bool IsContainer { get; } =
        sights.Any(sight => sight.Kind is SightKind.Container or SightKind.ComposeService or SightKind.ContainerUnit);

    public bool IsRunning { get; } = sights.Any(sight => sight.IsRunning);

    public bool HasLiveSight { get; } = sights.Any(sight => sight.Kind is SightKind.Container or SightKind.Process);

    public string Name => First.Name;

    public SoftwareRole? Role => Software?.Role;

    public string? User { get; } = sights.Select(sight => sight.User).FirstOrDefault(user => user is not null);

    public Sight? Triggered { get; } = sights.FirstOrDefault(sight => sight.Trigger is not null);

    /// <summary>Whether a clue is of a variable that is not there for everything.</summary>
    private static bool IsOwn(Clue clue, ImmutableArray<Sight> sights)
        => !clue.Where.StartsWith("env ", StringComparison.Ordinal)
        || !sights.Any(sight => sight.SharedVariables.Contains(clue.Where["env ".Length..]));

    public bool Has(ClueKind kind) => Clues.Any(clue => clue.Kind == kind);

    public IEnumerable<Clue> Of(ClueKind kind) => Clues.Where(clue => clue.Kind == kind);

    public void Add(Clue clue)
    {
        if (!Clues.Contains(clue)) Clues = Clues.Add(clue);
    }

    private static bool IsContainerSight(Sight sight) => sight.Kind == SightKind.Container;

    public bool SharesNetworkWith(Thing other)
        => Endpoints.Any(mine => other.Endpoints.Any(its => its.Network == mine.Network));
}
