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
