using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Gatehouse.Core.Inspection;

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
                $"Compose: remove {capability} from cap_add:.", capability,
                capability is "ALL" or "SYS_ADMIN" or "SYS_MODULE" or "SYS_RAWIO" ? Severity.Critical : Severity.High);
        }
        if (added.Contains("NET_ADMIN"))
        {
            yield return one.Find(NetAdmin, "HostConfig.CapAdd: NET_ADMIN",
                "Compose: remove NET_ADMIN from cap_add:; a VPN belongs into a container of its own.");
        }
        var others = added.Where(static name => name != "NET_ADMIN" && !Escapes.Contains(name)
            && !Defaults.Contains(name)).Distinct().ToArray();
        if (others.Length > 0)
        {
            yield return one.Find(Others, $"HostConfig.CapAdd: {string.Join(", ", others)}",
                $"Compose: remove what it does not need from cap_add: {string.Join(", ", others)}.");
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
                "Compose: cap_drop: [NET_RAW], or better [ALL].");
        }
        if (!isEmptied)
        {
            yield return one.Find(KeepsDefaults,
                dropped.IsEmpty ? "HostConfig.CapDrop: empty" : $"HostConfig.CapDrop: {string.Join(", ", dropped)}",
                "Compose: cap_drop: [ALL], then cap_add: what it fails without.");
        }
    }
}
