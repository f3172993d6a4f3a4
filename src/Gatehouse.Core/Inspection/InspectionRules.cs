using System.Collections.Immutable;

namespace Gatehouse.Core.Inspection;

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
