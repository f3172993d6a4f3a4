using System.Collections.Immutable;
using System.Globalization;
using Gatehouse.Adoption;
using Gatehouse.Core.Adoption;
using Gatehouse.Core.Discovery;
using Gatehouse.Core.Engine;
using Gatehouse.Core.Estate;

namespace Gatehouse.Cli;

/// <summary>Picks what is adopted out of what was discovered.</summary>
internal static class AdoptionSelection
{
    private const string Container = "container ";

    /// <exception cref="AdoptionException">A name is of nothing that is there.</exception>
    public static AdoptionSubjects Of(EngineView view, EstatePlan? estate, IReadOnlyCollection<string> names)
    {
        var finds = Judge.Find(new HouseSights { Sights = ContainerSights.Of(view), Estate = estate });
        var servers = finds.Where(static find => find is { Kind: FindKind.Server, Provider: not null })
            .SelectMany(find => ContainersOf(find, view).Select(one => Server(find, one))).OfType<ServerSeen>();
        var jobs = finds.Where(static find => find.Kind == FindKind.Job).ToArray();
        var apps = jobs.SelectMany(find => ContainersOf(find, view).Select(one => App(find, one)));
        var drafts = jobs.Where(static find => find.Job is not null)
            .ToImmutableDictionary(static find => find.Name, static find => find.Job!, StringComparer.Ordinal);
        var sinks = jobs.SelectMany(static find => find.Sinks).DistinctBy(static sink => sink.Key);
        return Chosen(new AdoptionSubjects([.. servers], [.. apps], drafts, [.. sinks]), names);
    }

    private static IEnumerable<ContainerFacts> ContainersOf(Find find, EngineView view)
        => find.Places.Where(static place => place.StartsWith(Container, StringComparison.Ordinal))
            .Select(place => view.Container(place[Container.Length..])).OfType<ContainerFacts>();

    private static AppSeen App(Find find, ContainerFacts container) => new(container, find.Name)
    {
        ModelHosts = [.. find.Evidence.Where(static clue => clue.Kind == ClueKind.ModelUrl)
            .Select(static clue => Uri.TryCreate(clue.Value, UriKind.Absolute, out var url) ? url.Host : "")
            .Where(static host => host.Length > 0)],
    };

    private static ServerSeen? Server(Find find, ContainerFacts container)
    {
        var port = find.Addresses.Select(static address => address[(address.LastIndexOf(':') + 1)..])
            .Select(static text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                ? number : 0).FirstOrDefault();
        return port == 0 ? null : new ServerSeen(container, find.Provider!.Value, port);
    }

    /// <summary>
    /// What the names mean: all of a Compose project, or one container. An app brings its model servers along, because
    /// it is adopted by their moving.
    /// </summary>
    private static AdoptionSubjects Chosen(AdoptionSubjects all, IReadOnlyCollection<string> names)
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
            || apps.Any(app => SharesNetwork(app.Container, server.Container))).ToImmutableArray();
        // Whoever calls a server that moves has to come along, or it is cut off.
        var along = all.Apps.Where(app => servers.Any(server => SharesNetwork(app.Container, server.Container)));
        return all with { Servers = servers, Apps = [.. along] };
    }

    private static bool IsNamed(ContainerFacts container, string name)
        => container.ComposeProject == name || container.ComposeService == name || container.Name == name
            || (name.Length >= 12 && container.Id.StartsWith(name, StringComparison.Ordinal));

    private static bool SharesNetwork(ContainerFacts one, ContainerFacts other)
        => one.Endpoints.Any(mine => other.Endpoints.Any(theirs => theirs.Network == mine.Network));
}
