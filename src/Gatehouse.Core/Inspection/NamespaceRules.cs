using System.Collections.Immutable;

namespace Gatehouse.Core.Inspection;

/// <summary>
/// Namespaces of the host, or of others, that a container lives in; the network has rules of its own.
/// </summary>
internal static class NamespaceRules
{
    public static readonly InspectionRule HostProcesses = new(
        "GH-NSP-001", Severity.High, "It sees the host's processes.",
        "It reads their command lines and, with the same user, their environment and memory; as root it ends them.");

    public static readonly InspectionRule HostIpc = new(
        "GH-NSP-002", Severity.Medium, "It uses the host's shared memory.",
        "Whatever programs of the host keep there, it reads and changes.");

    public static readonly InspectionRule HostName = new(
        "GH-NSP-003", Severity.Low, "It has the host's name.",
        "With the right capability it renames the host; certificates and logs follow the name.");

    public static readonly InspectionRule HostUsers = new(
        "GH-NSP-004", Severity.Medium, "It is left out of the mapping of users.",
        "The engine maps users of containers to others outside; for this one it was switched off, so root is root.");

    public static readonly InspectionRule HostCgroups = new(
        "GH-NSP-005", Severity.Low, "It sees the host's control groups.",
        "They show what else runs here, by name.");

    public static readonly InspectionRule Joined = new(
        "GH-NSP-006", Severity.Low, "It lives with another container's processes or memory.",
        "What breaks into one of the two has the other.");

    public static ImmutableArray<InspectionRule> All =>
        [HostProcesses, HostIpc, HostName, HostUsers, HostCgroups, Joined];

    public static IEnumerable<Finding> Check(ContainerCase one)
    {
        var rights = one.Privileges;
        if (rights.PidMode == "host")
            yield return one.Find(HostProcesses, "HostConfig.PidMode: host", "Compose: remove pid: host.");
        if (rights.IpcMode == "host")
            yield return one.Find(HostIpc, "HostConfig.IpcMode: host", "Compose: remove ipc: host; give shm_size:.");
        if (rights.UtsMode == "host")
            yield return one.Find(HostName, "HostConfig.UTSMode: host", "Compose: remove uts: host.");
        if (rights.UserNamespaceMode == "host" && one.Engine.HasUserNamespaces)
        {
            yield return one.Find(HostUsers, "HostConfig.UsernsMode: host; the engine has userns-remap",
                "Compose: remove userns_mode: host.");
        }
        // With control groups v1 the host's are the default, and nobody chose them.
        if (rights.CgroupNamespaceMode == "host" && one.Engine.CgroupVersion == "2")
            yield return one.Find(HostCgroups, "HostConfig.CgroupnsMode: host", "Compose: cgroup: private");
        foreach (var (field, mode) in new[] { ("PidMode", rights.PidMode), ("IpcMode", rights.IpcMode) })
        {
            if (!mode.StartsWith("container:", StringComparison.Ordinal)) continue;
            var name = one.Scene.View.Container(mode["container:".Length..])?.Name ?? "a container that is gone";
            yield return one.Find(Joined, $"HostConfig.{field}: container ({name})",
                $"Compose: remove {(field == "PidMode" ? "pid" : "ipc")}:.", field);
        }
    }
}
