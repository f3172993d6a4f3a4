using System.Collections.Immutable;

namespace Gatehouse.Core.Engine;

/// <summary>One look at an engine: itself, its containers and its networks.</summary>
/// <param name="Engine">The engine.</param>
/// <param name="Containers">All containers, stopped ones too, by name.</param>
/// <param name="Networks">All networks, by name.</param>
public sealed record EngineView(
    EngineFacts Engine, ImmutableArray<ContainerFacts> Containers, ImmutableArray<NetworkFacts> Networks)
{
    /// <summary>The network with this name or id; null when there is none.</summary>
    /// <param name="nameOrId">The name or the whole id.</param>
    public NetworkFacts? Network(string nameOrId)
        => Networks.FirstOrDefault(network => network.Name == nameOrId || network.Id == nameOrId);

    /// <summary>The container with this id, name, or unique start of an id; null when there is none.</summary>
    /// <param name="idOrName">The id or the name.</param>
    public ContainerFacts? Container(string idOrName)
    {
        if (Containers.FirstOrDefault(one => one.Id == idOrName || one.Name == idOrName) is { } exact) return exact;
        var starts = Containers.Where(one => idOrName.Length >= 12
            && one.Id.StartsWith(idOrName, StringComparison.Ordinal)).Take(2).ToArray();
        return starts.Length == 1 ? starts[0] : null;
    }

    /// <summary>
    /// The container whose network a container really uses: itself, or the end of its <c>container:</c> chain; null
    /// when the chain leads nowhere.
    /// </summary>
    /// <param name="container">The container.</param>
    public ContainerFacts? NetworkOwner(ContainerFacts container)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var now = container;
        while (now.SharesNetworkOf is { } next)
        {
            if (!seen.Add(now.Id) || Container(next) is not { } owner) return null;
            now = owner;
        }
        return now;
    }
}
