using System.Collections.Immutable;
using Gatehouse.Core.Engine;

namespace Gatehouse.Tests.Inspection;

/// <summary>A container that no rule finds anything in, on a host of which nothing bad is known.</summary>
internal static class Contained
{
    public const string Id = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    public const string OtherId = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

    private static readonly ImmutableSortedDictionary<string, string> IsolatedGateway =
        ImmutableSortedDictionary<string, string>.Empty
            .Add("com.docker.network.bridge.gateway_mode_ipv4", "isolated")
            .Add("com.docker.network.bridge.gateway_mode_ipv6", "isolated");

    public static EngineFacts Engine { get; } = new()
    {
        Version = "28.2.2",
        Api = new ApiVersion(1, 50),
        SecurityOptions = ["name=apparmor", "name=seccomp,profile=builtin", "name=cgroupns"],
        CgroupVersion = "2",
        DefaultRuntime = "runc",
    };

    public static PrivilegeFacts Rights { get; } = new()
    {
        DroppedCapabilities = ["ALL"],
        SecurityOptions = ["no-new-privileges:true"],
        AppArmorProfile = "docker-default",
        HasReadOnlyRoot = true,
        IpcMode = "private",
        CgroupNamespaceMode = "private",
        Runtime = "runc",
        MemoryBytes = 1 << 30,
        NanoCpus = 1_000_000_000,
        PidsLimit = 100,
    };

    public static ContainerFacts Container { get; } = new()
    {
        Id = Id,
        Name = "news",
        Image = "registry.example/news@sha256:" + Id,
        IsRunning = true,
        ProcessId = 100,
        User = "1000:1000",
        NetworkMode = "inner",
        Endpoints = [Endpoint("inner")],
        Privileges = Rights,
        RestartPolicy = "no",
        Health = "healthy",
    };

    /// <summary>Another container, contained as well, in no network until it is given one.</summary>
    public static ContainerFacts Other { get; } = Container with
    {
        Id = OtherId,
        Name = "other",
        ProcessId = 200,
        NetworkMode = "none",
        Endpoints = [Endpoint("none")],
    };

    public static ImmutableArray<NetworkFacts> Networks { get; } =
    [
        Network("bridge", "bridge"),
        Network("host", "host"),
        Network("inner", "bridge") with { IsInternal = true, Options = IsolatedGateway },
        Network("lan", "bridge"),
        Network("leaky", "bridge") with { IsInternal = true },
        Network("leaky6", "bridge") with { IsInternal = true, Options = IsolatedGateway, HasIpv6 = true },
        Network("none", "null"),
        Network("quiet", "bridge") with
        {
            IsInternal = true,
            Options = IsolatedGateway.Add("com.docker.network.bridge.enable_icc", "false"),
        },
        Network("shut", "bridge") with
        {
            IsInternal = true,
            Options = ImmutableSortedDictionary<string, string>.Empty
                .Add("com.docker.network.bridge.inhibit_ipv4", "true"),
        },
        Network("swarm", "overlay"),
        Network("wire", "macvlan"),
        Network("wire-l3", "ipvlan"),
    ];

    public static EndpointFact Endpoint(string network) => new() { Network = network, NetworkId = $"id-{network}" };

    public static MountFact Bind(string source, bool isWritable = true, string propagation = "rprivate")
        => new("bind", source, "/inside", isWritable, propagation, "");

    private static NetworkFacts Network(string name, string driver)
        => new() { Id = $"id-{name}", Name = name, Driver = driver };
}
