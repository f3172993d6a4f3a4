using System.Collections.Immutable;
using Gatehouse.Core.Engine;
using Gatehouse.Core.Systemd;

namespace Gatehouse.Core.Inspection;

/// <summary>Applies every rule. Pure: the same scene gives the same findings in the same order.</summary>
public static class Inspector
{
    /// <summary>Findings on one container, the worst first.</summary>
    /// <param name="container">The container.</param>
    /// <param name="scene">What else there is.</param>
    public static ImmutableArray<Finding> Check(ContainerFacts container, InspectionScene scene)
    {
        var one = new ContainerCase(container, scene);
        IEnumerable<Finding> findings =
        [
            .. GateRules.Check(one), .. NetworkRules.Check(one), .. SharingRules.Check(one), .. NameRules.Check(one),
            .. PortRules.Check(one), .. SocketRules.Check(one), .. MountRules.Check(one), .. PrivilegeRules.Check(one),
            .. CapabilityRules.Check(one), .. NamespaceRules.Check(one), .. DeviceRules.Check(one),
            .. SecretRules.Check(one), .. ImageRules.Check(one), .. LimitRules.Check(one),
        ];
        return Sorted(one.IsFinished ? findings.Select(Ended) : findings);
    }

    /// <summary>Findings on the engine itself, the worst first.</summary>
    /// <param name="scene">The engine with its containers and networks.</param>
    public static ImmutableArray<Finding> Check(InspectionScene scene)
    {
        ArgumentNullException.ThrowIfNull(scene);
        return Sorted(EngineRules.Check(scene));
    }

    /// <summary>What has done its work and is not started again does nothing with its rights.</summary>
    private static Finding Ended(Finding finding) => finding with
    {
        Severity = finding.Severity > Severity.Low ? Severity.Low : finding.Severity,
        What = $"{finding.What}; it has ended and is not started again by itself",
    };

    /// <summary>Findings on one systemd service, the worst first.</summary>
    /// <param name="unit">The service.</param>
    /// <param name="exposure">What systemd itself says of it; null when it was not asked.</param>
    /// <param name="host">The host.</param>
    public static ImmutableArray<Finding> Check(UnitFacts unit, UnitExposure? exposure, HostFacts host)
    {
        var one = new UnitCase(unit, exposure, host);
        return Sorted([.. UnitRules.Check(one), .. UnitSandboxRules.Check(one)]);
    }

    /// <summary>Findings on one process, the worst first.</summary>
    /// <param name="process">The process.</param>
    /// <param name="host">The host.</param>
    public static ImmutableArray<Finding> Check(ProcessFacts process, HostFacts host)
        => Sorted(ProcessRules.Check(process, host));

    /// <summary>Worst first, then by id and key, so that two runs can be compared.</summary>
    internal static ImmutableArray<Finding> Sorted(IEnumerable<Finding> findings) =>
        [.. findings.OrderByDescending(static finding => finding.Severity)
            .ThenBy(static finding => finding.Rule.Id, StringComparer.Ordinal)
            .ThenBy(static finding => finding.Key, StringComparer.Ordinal)];
}

/// <summary>One check, described once for all of its findings.</summary>
/// <param name="Id">Its stable name, as <c>GH-NET-001</c>; never given to another rule.</param>
/// <param name="Worst">The highest severity that a finding of it may have.</param>
/// <param name="Title">What is the matter, as a short sentence about the subject ("It …").</param>
/// <param name="Why">Why it matters, in one or two sentences.</param>
public sealed record InspectionRule(string Id, Severity Worst, string Title, string Why);

/// <summary>Every rule that there is, in the order in which the documentation lists them.</summary>
public static class InspectionRules
{
    /// <summary>All rules.</summary>
    public static ImmutableArray<InspectionRule> All { get; } =
    [
        .. GateRules.All, .. NetworkRules.All, .. SharingRules.All, .. NameRules.All, .. PortRules.All,
        .. SocketRules.All, .. MountRules.All, .. PrivilegeRules.All, .. CapabilityRules.All, .. NamespaceRules.All,
        .. DeviceRules.All, .. SecretRules.All, .. ImageRules.All, .. LimitRules.All,
        .. EngineRules.All, .. UnitRules.All, .. UnitSandboxRules.All, .. ProcessRules.All,
    ];
}

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
