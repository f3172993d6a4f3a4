using System.Collections.Immutable;
using Gatehouse.Adoption;
using Gatehouse.Core.Adoption;
using Gatehouse.Core.Engine;
using Gatehouse.Core.Estate;

namespace Gatehouse.Cli;

/// <summary>Picks what is adopted out of what was discovered.</summary>
internal static class AdoptionSelection
{
    /// <exception cref="AdoptionException">A name is of nothing that is there.</exception>
    public static AdoptionSubjects Of(EngineView view, IReadOnlyCollection<string> names)
    {
        var servers = view.Containers.Where(one => one.Image.Contains("ollama", StringComparison.Ordinal)
            && !one.Image.Contains("webui", StringComparison.Ordinal))
            .Select(one => new ServerSeen(one, ModelProvider.Ollama, 11434)).ToImmutableArray();
        var apps = view.Containers.Where(one => one.Environment.Any(static variable =>
            variable.Value?.Contains("11434", StringComparison.Ordinal) == true)
            && servers.All(server => server.Container.Id != one.Id))
            .Select(one => new AppSeen(one, one.ShownName)).ToImmutableArray();
        return Chosen(
            new AdoptionSubjects(servers, apps, ImmutableDictionary<string, JobDraft>.Empty, []), names);
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
            if (all.Servers.All(one => !IsNamed(one.Container, name)) && all.Apps.All(one => !IsNamed(one.Container, name)))
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
