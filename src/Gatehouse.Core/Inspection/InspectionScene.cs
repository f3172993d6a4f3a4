using Gatehouse.Core.Engine;

namespace Gatehouse.Core.Inspection;

/// <summary>Everything that the rules look at, taken at one moment.</summary>
public sealed record InspectionScene
{
    private readonly Lazy<ILookup<string, ContainerFacts>> _members;

    /// <summary>Makes a scene.</summary>
    /// <param name="view">The engine with its containers and networks.</param>
    /// <param name="host">The host.</param>
    /// <param name="gatehouse">The Gatehouse.</param>
    public InspectionScene(EngineView view, HostFacts host, GatehouseFacts gatehouse)
    {
        (View, Host, Gatehouse) = (view, host, gatehouse);
        Release = EngineRelease.TryParse(view.Engine.Version);
        _members = new Lazy<ILookup<string, ContainerFacts>>(() => MembersOf(view));
    }

    /// <summary>The engine with its containers and networks.</summary>
    public EngineView View { get; }

    /// <summary>The host.</summary>
    public HostFacts Host { get; }

    /// <summary>The Gatehouse.</summary>
    public GatehouseFacts Gatehouse { get; }

    /// <summary>The engine's release; null when it is not Docker's own.</summary>
    internal EngineRelease? Release { get; }

    /// <summary>Running containers whose network is this one, their own or another container's.</summary>
    internal IEnumerable<ContainerFacts> Members(string network) => _members.Value[network];

    private static ILookup<string, ContainerFacts> MembersOf(EngineView view)
    {
        var pairs =
            from container in view.Containers
            where container.IsRunning
            let owner = view.NetworkOwner(container)
            where owner is not null
            from endpoint in owner.Endpoints
            select (endpoint.Network, container);
        return pairs.ToLookup(static pair => pair.Network, static pair => pair.container, StringComparer.Ordinal);
    }
}
