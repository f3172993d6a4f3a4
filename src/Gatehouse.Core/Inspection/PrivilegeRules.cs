using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Gatehouse.Core.Inspection;

/// <summary>What a container may do, and what still isolates it.</summary>
internal static class PrivilegeRules
{
    public static readonly InspectionRule Privileged = new(
        "GH-PRV-001", Severity.Critical, "It is privileged.",
        "It has every capability and every device of the host, and no filter: it is root on the host.");

    public static readonly InspectionRule Root = new(
        "GH-PRV-002", Severity.Medium, "It runs as root.",
        "A program that breaks out of it, or reaches a mounted path, is root on the host too.");

    public static readonly InspectionRule NewPrivileges = new(
        "GH-PRV-003", Severity.Low, "Its programs may gain privileges.",
        "A set-uid program inside turns an ordinary user into root.");

    public static readonly InspectionRule WritableRoot = new(
        "GH-PRV-004", Severity.Low, "It may change its own programs.",
        "What breaks in can settle: the changed programs run again after a restart.");

    public static readonly InspectionRule NoSeccomp = new(
        "GH-PRV-005", Severity.High, "No system call is forbidden to it.",
        "The default filter closes some 50 system calls that breaking out of a container has needed time and again.");

    public static readonly InspectionRule NoAppArmor = new(
        "GH-PRV-006", Severity.Medium, "AppArmor or SELinux is switched off for it.",
        "The host would confine it and was told not to: writes below /proc and /sys and mounts stay possible.");

    public static readonly InspectionRule OpenSystemPaths = new(
        "GH-PRV-007", Severity.High, "Hidden paths of the kernel are open to it.",
        "Behind them are the host's memory map, its key rings and its power switches.");

    public static readonly InspectionRule ForeignSysctls = new(
        "GH-PRV-008", Severity.Medium, "It changes settings of the kernel.",
        "Forwarding and routing settings turn a container into a path between networks.");

    public static ImmutableArray<InspectionRule> All =>
        [Privileged, Root, NewPrivileges, WritableRoot, NoSeccomp, NoAppArmor, OpenSystemPaths, ForeignSysctls];

    public static IEnumerable<Finding> Check(ContainerCase one)
    {
        if (one.Privileges.IsPrivileged)
        {
            yield return one.Find(Privileged, "HostConfig.Privileged: true",
                new Remedy.RemoveComposeKey("privileged", null,
                    "Compose: remove privileged: true; give the devices: and cap_add: that it needs by name."));
        }
        else
        {
            // A privileged container has none of these anyway: saying it again hides the one that counts.
            foreach (var finding in CheckFilters(one)) yield return finding;
        }
        foreach (var finding in CheckUser(one)) yield return finding;
        if (!one.Privileges.HasReadOnlyRoot)
        {
            yield return one.Find(WritableRoot, "HostConfig.ReadonlyRootfs: false",
                new Remedy.SetComposeKey("read_only", "true",
                    "Compose: read_only: true, with tmpfs: [/tmp] and a volume for what it keeps."));
        }
        var sysctls = one.Privileges.Sysctls;
        if (!sysctls.IsEmpty)
        {
            var isRouting = sysctls.Any(static name => name.EndsWith("forward", StringComparison.Ordinal)
                || name.EndsWith("forwarding", StringComparison.Ordinal)
                || name.EndsWith("route_localnet", StringComparison.Ordinal));
            yield return one.Find(ForeignSysctls, $"HostConfig.Sysctls: {string.Join(", ", sysctls)}",
                new Remedy.ByHand("Compose: remove what it does not need from sysctls:."),
                severity: isRouting ? Severity.Medium : Severity.Low);
        }
    }

    private static IEnumerable<Finding> CheckFilters(ContainerCase one)
    {
        if (one.HasSecurityOption("seccomp", "unconfined") || LacksOption(one, "name=seccomp"))
        {
            yield return one.Find(NoSeccomp,
                one.HasSecurityOption("seccomp", "unconfined")
                    ? "HostConfig.SecurityOpt: seccomp=unconfined" : "engine: no seccomp in SecurityOptions",
                new Remedy.RemoveComposeKey("security_opt", "seccomp:unconfined",
                    "Compose: remove seccomp:unconfined from security_opt:."));
        }
        if (OffByName(one) is { } said)
        {
            yield return one.Find(NoAppArmor, said,
                new Remedy.RemoveComposeKey("security_opt",
                    HasOption(one, "name=apparmor") ? "apparmor:unconfined" : "label:disable",
                    "Compose: remove apparmor:unconfined or label:disable from security_opt:."));
        }
        if (one.Privileges.HasOpenSystemPaths)
        {
            yield return one.Find(OpenSystemPaths, "HostConfig.MaskedPaths: empty",
                new Remedy.RemoveComposeKey("security_opt", "systempaths=unconfined",
                    "Compose: remove systempaths=unconfined from security_opt:."));
        }
    }

    /// <summary>An empty profile means a host without AppArmor: nothing was switched off there.</summary>
    private static string? OffByName(ContainerCase one)
    {
        if (HasOption(one, "name=apparmor") && (one.Privileges.AppArmorProfile == "unconfined"
            || one.HasSecurityOption("apparmor", "unconfined")))
        {
            return "AppArmorProfile: unconfined";
        }

        return HasOption(one, "name=selinux") && one.HasSecurityOption("label", "disable")
            ? "HostConfig.SecurityOpt: label=disable" : null;
    }

    private static IEnumerable<Finding> CheckUser(ContainerCase one)
    {
        if (IsRoot(one.Container.User))
        {
            var shown = one.Container.User.Length > 0 ? one.Container.User : "empty, which is root";
            yield return one.Find(Root,
                $"Config.User: {shown}{(one.HasMappedUsers ? "; another user outside (user namespace)" : "")}",
                new Remedy.SetComposeKey("user", "\"1000:1000\"",
                    "Compose: user: \"1000:1000\", and chown of its volumes to that user."),
                severity: one.HasMappedUsers ? Severity.Low : Severity.Medium);
        }
        var isSet = one.Privileges.SecurityOptions.Any(static option =>
            option is "no-new-privileges" or "no-new-privileges:true" or "no-new-privileges=true");
        if (!isSet && !HasOption(one, "name=no-new-privileges"))
        {
            yield return one.Find(NewPrivileges, "HostConfig.SecurityOpt: no no-new-privileges",
                new Remedy.SetComposeKey("security_opt", "[no-new-privileges:true]",
                    "Compose: security_opt: [no-new-privileges:true]"));
        }
    }

    private static bool IsRoot(string user) => user.Split(':')[0] is "" or "0" or "root";

    private static bool HasOption(ContainerCase one, string start)
        => one.Engine.SecurityOptions.Any(option => option.StartsWith(start, StringComparison.Ordinal));

    /// <summary>An engine that says nothing at all of its security options is not known to lack one.</summary>
    private static bool LacksOption(ContainerCase one, string start)
        => !one.Engine.SecurityOptions.IsEmpty && !HasOption(one, start);
}

/// <summary>Capabilities: single rights of root (capabilities(7)).</summary>
internal static class CapabilityRules
{
    /// <summary>Each of these is known to be enough to leave a container or to read any file of the host.</summary>
    private static readonly FrozenSet<string> Escapes = new[]
    {
        "ALL", "SYS_ADMIN", "SYS_MODULE", "SYS_RAWIO", "SYS_PTRACE", "DAC_READ_SEARCH", "SYS_BOOT", "BPF", "PERFMON",
        "MAC_ADMIN", "MAC_OVERRIDE", "SYSLOG",
    }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>What Docker gives every container (Docker run reference); adding it again changes nothing.</summary>
    private static readonly FrozenSet<string> Defaults = new[]
    {
        "AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE", "NET_RAW",
        "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT",
    }.ToFrozenSet(StringComparer.Ordinal);

    public static readonly InspectionRule Escape = new(
        "GH-CAP-001", Severity.Critical, "A capability lets it out.",
        "With it, root inside mounts the host's disks, reads any file, loads code into the kernel or other processes.");

    public static readonly InspectionRule NetAdmin = new(
        "GH-CAP-002", Severity.Medium, "It may change its own network.",
        "With NET_ADMIN it removes firewall rules in its namespace and adds routes, for instance through the gate.");

    public static readonly InspectionRule Others = new(
        "GH-CAP-003", Severity.Low, "It has more capabilities than a container usually has.",
        "Each is a right of root that an ordinary service does without.");

    public static readonly InspectionRule NetRaw = new(
        "GH-CAP-004", Severity.Low, "It may forge addresses.",
        "NET_RAW, which is on by default, lets it send packets in its neighbours' names: a source address proves "
            + "nothing then.");

    public static readonly InspectionRule KeepsDefaults = new(
        "GH-CAP-005", Severity.Low, "It keeps rights of root that it hardly needs.",
        "The default capabilities override file rights, change owners and make device files.");

    public static ImmutableArray<InspectionRule> All => [Escape, NetAdmin, Others, NetRaw, KeepsDefaults];

    public static bool IsEscape(string capability) => Escapes.Contains(capability);

    public static IEnumerable<Finding> Check(ContainerCase one)
    {
        // Privileged means all of them, whatever the lists say.
        if (one.Privileges.IsPrivileged) yield break;
        var added = one.Privileges.AddedCapabilities;
        foreach (var capability in added.Where(Escapes.Contains).Distinct())
        {
            yield return one.Find(Escape, $"HostConfig.CapAdd: {capability}",
                new Remedy.RemoveComposeKey("cap_add", capability, $"Compose: remove {capability} from cap_add:."),
                capability,
                capability is "ALL" or "SYS_ADMIN" or "SYS_MODULE" or "SYS_RAWIO" ? Severity.Critical : Severity.High);
        }
        if (added.Contains("NET_ADMIN"))
        {
            yield return one.Find(NetAdmin, "HostConfig.CapAdd: NET_ADMIN",
                new Remedy.RemoveComposeKey("cap_add", "NET_ADMIN",
                    "Compose: remove NET_ADMIN from cap_add:; a VPN belongs into a container of its own."));
        }
        var others = added.Where(static name => name != "NET_ADMIN" && !Escapes.Contains(name)
            && !Defaults.Contains(name)).Distinct().ToArray();
        if (others.Length > 0)
        {
            yield return one.Find(Others, $"HostConfig.CapAdd: {string.Join(", ", others)}",
                new Remedy.ByHand(
                    $"Compose: remove what it does not need from cap_add: {string.Join(", ", others)}."));
        }
        foreach (var finding in CheckDropped(one, added)) yield return finding;
    }

    private static IEnumerable<Finding> CheckDropped(ContainerCase one, ImmutableArray<string> added)
    {
        var dropped = one.Privileges.DroppedCapabilities;
        var isEmptied = dropped.Contains("ALL");
        if (!added.Contains("ALL") && (added.Contains("NET_RAW") || (!isEmptied && !dropped.Contains("NET_RAW"))))
        {
            yield return one.Find(NetRaw,
                added.Contains("NET_RAW") ? "HostConfig.CapAdd: NET_RAW" : "HostConfig.CapDrop: NET_RAW is not in it",
                new Remedy.SetComposeKey("cap_drop", "[NET_RAW]", "Compose: cap_drop: [NET_RAW], or better [ALL]."));
        }
        if (!isEmptied)
        {
            yield return one.Find(KeepsDefaults,
                dropped.IsEmpty ? "HostConfig.CapDrop: empty" : $"HostConfig.CapDrop: {string.Join(", ", dropped)}",
                new Remedy.SetComposeKey(
                    "cap_drop", "[ALL]", "Compose: cap_drop: [ALL], then cap_add: what it fails without."));
        }
    }
}
