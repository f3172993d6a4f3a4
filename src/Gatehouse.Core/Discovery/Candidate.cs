using System.Collections.Immutable;
using Gatehouse.Core.Engine;

namespace Gatehouse.Core.Discovery;

/// <summary>All observations of one candidate.</summary>
internal sealed class Candidate(ImmutableArray<Observation> observations)
{
    /// <summary>The observation that says most: what runs before what is only written down.</summary>
    public Observation First { get; } = observations[0];

    public ImmutableArray<string> Places { get; } = [.. observations.Select(observation => observation.Place)
        .Distinct()];

    public ImmutableArray<Evidence> Evidence { get; private set; } =
        [.. observations.SelectMany(observation => observation.Evidence).Where(piece => IsOwn(piece, observations))
            // A name says which model of which place is meant: two places may each have one of that name.
            .DistinctBy(piece => (piece.Kind, piece.Value, piece.Kind == EvidenceKind.ModelName ? piece.Where : ""))];

    public KnownSoftware? Software { get; } = observations.Select(observation => observation.Software)
        .OfType<KnownSoftware>()
        .FirstOrDefault();

    public ImmutableArray<ObservationEndpoint> Endpoints { get; } = [
        .. observations.SelectMany(observation => observation.Endpoints)];

    /// <summary>Where it is: a container that exists says more than the file that it was made from.</summary>
    public ImmutableArray<ObservationEndpoint> EndpointsNow { get; } = observations.Any(IsContainerObservation)
        ? [.. observations.Where(IsContainerObservation).SelectMany(observation => observation.Endpoints)]
        : [.. observations.SelectMany(observation => observation.Endpoints)];

    public ImmutableArray<PortFact> Ports { get; } = [.. observations.SelectMany(observation => observation.Ports)
        .Distinct()];

    public ImmutableArray<int> ListeningPorts { get; } =
        [.. observations.SelectMany(observation => observation.ListeningPorts).Distinct()];

    public ImmutableArray<ObservationIdentity> Identities { get; } =
        [.. observations.SelectMany(observation => CandidateMerge.IdentitiesOf(observation)).Distinct()];

    public bool IsOnHostNetwork { get; } = observations.Any(observation => observation.IsOnHostNetwork);

    public bool IsContainer { get; } =
        observations.Any(observation =>
            observation.Kind
            is ObservationKind.Container or ObservationKind.ComposeService or ObservationKind.ContainerUnit);

    public bool IsRunning { get; } = observations.Any(observation => observation.IsRunning);

    public bool HasLiveObservation { get; } = observations
        .Any(observation => observation.Kind is ObservationKind.Container or ObservationKind.Process);

    public string Name => First.Name;

    /// <summary>The name under which neighbours reach it.</summary>
    public string NetworkName { get; } = observations.Select(observation => observation.NetworkName)
        .FirstOrDefault(static name => name is not null) ?? observations[0].Name;

    public ImmutableArray<EnvironmentFact> Variables { get; } =
        [.. observations.SelectMany(observation => observation.Variables)];

    public SoftwareRole? Role => Software?.Role;

    public string? User { get; } = observations.Select(observation => observation.User)
        .FirstOrDefault(user => user is not null);

    public Observation? Triggered { get; } = observations
        .FirstOrDefault(observation => observation.Trigger is not null);

    /// <summary>Whether evidence is of a variable that is not shared by everything.</summary>
    private static bool IsOwn(Evidence piece, ImmutableArray<Observation> observations)
        => piece.Variable is not { } variable
        || !observations.Any(observation => observation.SharedVariables.Contains(variable));

    public bool Has(EvidenceKind kind) => Evidence.Any(piece => piece.Kind == kind);

    public IEnumerable<Evidence> Of(EvidenceKind kind) => Evidence.Where(piece => piece.Kind == kind);

    public void Add(Evidence piece)
    {
        if (!Evidence.Contains(piece)) Evidence = Evidence.Add(piece);
    }

    private static bool IsContainerObservation(Observation observation)
        => observation.Kind == ObservationKind.Container;

    public bool SharesNetworkWith(Candidate other)
        => Endpoints.Any(mine => other.Endpoints.Any(its => its.Network == mine.Network));
}

/// <summary>Merges the observations of the same candidate.</summary>
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

    // A unit's name is its identity; an observation without one is told apart by its place.
    public static ImmutableArray<ObservationIdentity> IdentitiesOf(Observation observation)
        => !observation.Identities.IsEmpty ? observation.Identities
        : observation.Kind == ObservationKind.Unit ? [ObservationIdentity.Unit($"{observation.Name}.service")]
            : [new ObservationIdentity(IdentityKind.Place, $"{observation.Place} {observation.Name}")];

    public static ImmutableArray<Candidate> Of(IEnumerable<Observation> observations)
    {
        var groups = new List<List<Observation>?>();
        var byIdentity = new Dictionary<ObservationIdentity, int>();
        foreach (var observation in observations)
        {
            var mine = groups.Count;
            groups.Add([observation]);
            foreach (var identity in IdentitiesOf(observation))
            {
                if (byIdentity.TryAdd(identity, mine)) continue;
                var other = byIdentity[identity];
                if (other == mine) continue;
                // The smaller group moves, so that long chains stay cheap.
                var (from, to) = groups[other]!.Count >= groups[mine]!.Count ? (mine, other) : (other, mine);
                foreach (var moved in groups[from]!)
                {
                    foreach (var its in IdentitiesOf(moved))
                        byIdentity[its] = to;
                }
                groups[to]!.AddRange(groups[from]!);
                groups[from] = null;
                mine = to;
            }
        }
        return [.. groups.OfType<List<Observation>>().Select(group => new Candidate([.. group.OrderBy(Rank)]))];
    }
}
