using System.Collections.Immutable;
using Gatehouse.Core.Engine;
using Gatehouse.Core.Inspection;

namespace Gatehouse.Tests.Inspection;

/// <summary>A scene that starts contained and is changed in one place.</summary>
internal sealed record Scenery
{
    public static Scenery Calm { get; } = new();

    public ContainerFacts Container { get; init; } = Contained.Container;

    public ImmutableArray<ContainerFacts> Others { get; init; } = [];

    public EngineFacts Engine { get; init; } = Contained.Engine;

    public HostFacts Host { get; init; } = HostFacts.Unknown;

    public GatehouseFacts Gatehouse { get; init; } = GatehouseFacts.Unknown;

    public Scenery Having(PrivilegeFacts rights) => this with { Container = Container with { Privileges = rights } };

    public Scenery In(params string[] networks) => this with
    {
        Container = Container with
        {
            NetworkMode = networks[0],
            Endpoints = [.. networks.Select(Contained.Endpoint)],
        },
    };

    public Scenery On(string version) => this with { Engine = Engine with { Version = version } };

    public Scenery Seeing(params MountFact[] mounts)
        => this with { Container = Container with { Mounts = [.. mounts] } };

    public Scenery With(params string[] environment) => this with
    {
        Container = Container with { Environment = [.. environment.Select(EnvironmentFact.Parse)] },
    };

    /// <summary>With another container, which is in these networks.</summary>
    public Scenery Beside(params string[] networks) => this with
    {
        Others = [Contained.Other with
        {
            NetworkMode = networks[0],
            Endpoints = [.. networks.Select(Contained.Endpoint)],
        }],
    };

    /// <summary>In the network of the other container.</summary>
    public Scenery Sharing(ContainerFacts owner) => this with
    {
        Others = [owner],
        Container = Container with { NetworkMode = $"container:{owner.Id}", Endpoints = [] },
    };

    public ImmutableArray<Finding> Look() => Inspector.Check(
        Container,
        new InspectionScene(new EngineView(Engine, [Container, .. Others], Contained.Networks), Host, Gatehouse));
}
