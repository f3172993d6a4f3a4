using System.Collections.Immutable;

namespace Gatehouse.Core.Inspection;

/// <summary>The sandbox that systemd offers a service, one directive at a time (systemd.exec(5)).</summary>
internal static class UnitSandboxRules
{
    /// <summary>
    /// With one of these and without root, systemd sets no-new-privileges by itself (systemd.exec(5)).
    /// </summary>
    private static readonly string[] ImplyNoNewPrivileges =
    [
        "SystemCallFilter", "SystemCallArchitectures", "RestrictAddressFamilies", "RestrictNamespaces",
        "PrivateDevices",
        "ProtectKernelTunables", "ProtectKernelModules", "ProtectKernelLogs", "ProtectClock", "MemoryDenyWriteExecute",
        "RestrictRealtime", "RestrictSUIDSGID", "LockPersonality",
    ];

    public static readonly InspectionRule NewPrivileges = new(
        "GH-UNT-020", Severity.Low, "Its programs may gain privileges.",
        "A set-uid program such as sudo turns its user into root.");

    public static readonly InspectionRule SystemFiles = new(
        "GH-UNT-021", Severity.Low, "It may change the system's files.",
        "What its user may write below /usr, /etc and /var, a prompt may write.");

    public static readonly InspectionRule HomeFiles = new(
        "GH-UNT-022", Severity.Low, "It sees people's homes.",
        "Keys, tokens and browser profiles lie there.");

    public static readonly InspectionRule SharedTemporary = new(
        "GH-UNT-023", Severity.Low, "It shares /tmp with everybody.",
        "Others can plant files and sockets there, and read what it writes.");

    public static readonly InspectionRule AllDevices = new(
        "GH-UNT-024", Severity.Low, "It sees the host's devices.",
        "Disks, cameras and serial ports are open to it as far as its user goes.");

    public static readonly InspectionRule Capabilities = new(
        "GH-UNT-025", Severity.Medium, "No capability is out of its reach.",
        "As root it has all of them; as another user a set-uid program gives them.");

    public static readonly InspectionRule AllCalls = new(
        "GH-UNT-026", Severity.Low, "No system call is forbidden to it.",
        "Faults of the kernel are reached through calls that a job does not need.");

    public static readonly InspectionRule AllFamilies = new(
        "GH-UNT-027", Severity.Low, "It opens sockets of every kind.",
        "Raw packets, Bluetooth and the virtual machine's host are sockets too.");

    public static readonly InspectionRule NoMemory = new(
        "GH-UNT-028", Severity.Low, "It may use all memory.",
        "A prompt that grows, or a leak, ends other services of the host before it ends this one.");

    public static ImmutableArray<InspectionRule> All =>
        [NewPrivileges, SystemFiles, HomeFiles, SharedTemporary, AllDevices, Capabilities, AllCalls, AllFamilies,
            NoMemory];

    public static IEnumerable<Finding> Check(UnitCase one)
    {
        if (!one.IsOn("NoNewPrivileges") && !IsImplied(one))
            yield return Missing(one, NewPrivileges, "NoNewPrivileges", "yes");
        if (one.Value("ProtectSystem") is not ("strict" or "full") && !one.IsDynamic)
            yield return Missing(one, SystemFiles, "ProtectSystem", "strict, with ReadWritePaths= or StateDirectory=");
        if (!one.IsOn("ProtectHome") && one.Value("ProtectHome") is not ("read-only" or "tmpfs") && !one.IsDynamic)
            yield return Missing(one, HomeFiles, "ProtectHome", "yes");
        if (!one.IsOn("PrivateTmp") && one.Value("PrivateTmp") != "disconnected" && !one.IsDynamic)
            yield return Missing(one, SharedTemporary, "PrivateTmp", "yes");
        if (!one.IsOn("PrivateDevices") && one.Value("DevicePolicy") is not ("closed" or "strict"))
        {
            yield return Missing(one, AllDevices, "PrivateDevices",
                "yes; with a graphics processor DevicePolicy=closed and DeviceAllow=/dev/nvidia0 rw");
        }
        // A list behind ~ only takes single ones away; an empty value leaves none, which is the best.
        if (!one.IsGiven("CapabilityBoundingSet") || one.Value("CapabilityBoundingSet").StartsWith('~'))
        {
            yield return Missing(one, Capabilities, "CapabilityBoundingSet", " (empty: none)",
                one.IsRoot ? Severity.Medium : Severity.Low);
        }
        if (!one.Has("SystemCallFilter")) yield return Missing(one, AllCalls, "SystemCallFilter", "@system-service");
        if (!one.Has("RestrictAddressFamilies"))
        {
            yield return Missing(
                one, AllFamilies, "RestrictAddressFamilies", "AF_UNIX, and AF_INET AF_INET6 if needed");
        }
        if (!one.Has("MemoryMax") || one.Value("MemoryMax") == "infinity")
            yield return Missing(one, NoMemory, "MemoryMax", "2G, or what it needs");
    }

    private static bool IsImplied(UnitCase one) => one.IsDynamic
        || (!one.IsRoot && ImplyNoNewPrivileges.Any(key => one.Has(key) && one.Value(key) is not ("no" or "false")));

    private static Finding Missing(
        UnitCase one, InspectionRule rule, string key, string value, Severity? severity = null)
        => one.Find(rule, one.Shown(key), one.Edit($"{key}={value}"), severity);
}
