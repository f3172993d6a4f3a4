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
        {
            yield return one.Find(HostProcesses, "HostConfig.PidMode: host",
                new Remedy.RemoveComposeKey("pid", null, "Compose: remove pid: host."));
        }
        if (rights.IpcMode == "host")
        {
            yield return one.Find(HostIpc, "HostConfig.IpcMode: host",
                new Remedy.RemoveComposeKey("ipc", null, "Compose: remove ipc: host; give shm_size:."));
        }
        if (rights.UtsMode == "host")
        {
            yield return one.Find(HostName, "HostConfig.UTSMode: host",
                new Remedy.RemoveComposeKey("uts", null, "Compose: remove uts: host."));
        }
        if (rights.UserNamespaceMode == "host" && one.Engine.HasUserNamespaces)
        {
            yield return one.Find(HostUsers, "HostConfig.UsernsMode: host; the engine has userns-remap",
                new Remedy.RemoveComposeKey("userns_mode", null, "Compose: remove userns_mode: host."));
        }
        // With control groups v1 the host's are the default, and nobody chose them.
        if (rights.CgroupNamespaceMode == "host" && one.Engine.CgroupVersion == "2")
        {
            yield return one.Find(HostCgroups, "HostConfig.CgroupnsMode: host",
                new Remedy.SetComposeKey("cgroup", "private", "Compose: cgroup: private"));
        }
        foreach (var (field, mode) in new[] { ("PidMode", rights.PidMode), ("IpcMode", rights.IpcMode) })
        {
            if (!mode.StartsWith("container:", StringComparison.Ordinal)) continue;
            var name = one.Scene.View.Container(mode["container:".Length..])?.Name ?? "a container that is gone";
            var setting = field == "PidMode" ? "pid" : "ipc";
            yield return one.Find(Joined, $"HostConfig.{field}: container ({name})",
                new Remedy.RemoveComposeKey(setting, null, $"Compose: remove {setting}:."), field);
        }
    }
}

/// <summary>Containers whose network is another's, or is not what their settings say.</summary>
internal static class SharingRules
{
    public static readonly InspectionRule Shared = new(
        "GH-NSH-001", Severity.Medium, "It lives in another container's network.",
        "It has all of the other's networks and reaches the services that the other keeps on 127.0.0.1. What the other "
            + "may do to the network, it suffers.");

    public static readonly InspectionRule LostOwner = new(
        "GH-NSH-002", Severity.Medium, "The network that it shares is not there any more.",
        "After the other container was recreated or restarted, this one stays behind in a dead network and looks "
            + "healthy. Where it really is cannot be determined from its settings.");

    public static readonly InspectionRule Drift = new(
        "GH-NSH-003", Severity.Medium, "Its settings claim less network than it has.",
        "It was connected later. The Compose file and HostConfig.NetworkMode make it look contained.");

    public static ImmutableArray<InspectionRule> All => [Shared, LostOwner, Drift];

    public static IEnumerable<Finding> Check(ContainerCase one)
        => one.IsSharing ? CheckSharer(one) : CheckDrift(one);

    private static IEnumerable<Finding> CheckSharer(ContainerCase one)
    {
        var mode = $"HostConfig.NetworkMode: {Short(one.Container.NetworkMode)}";
        if (one.Owner is not { } owner)
        {
            var recreate = $"docker compose up -d --force-recreate {ShellWord.Quote(one.Container.ShownName)}";
            yield return one.Find(LostOwner, $"{mode}, which leads to no container",
                new Remedy.RunCommand(recreate, recreate));
            yield break;
        }
        var mine = NamespaceOf(one, one.Container.ProcessId);
        var theirs = NamespaceOf(one, owner.ProcessId);
        if (one.Container.IsRunning && (!owner.IsRunning || (mine is not null && theirs is not null && mine != theirs)))
        {
            var restart = $"docker restart {ShellWord.Quote(one.Container.Name)}";
            yield return one.Find(LostOwner,
                owner.IsRunning
                    ? $"{mode} ({owner.Name}), but /proc/PID/ns/net is {mine} here and {theirs} there"
                    : $"{mode} ({owner.Name}), which does not run",
                new Remedy.RunCommand(restart, restart));
        }
        var networks = string.Join(", ", one.Attachments.Select(static place => place.Name));
        var rights = owner.Privileges.IsPrivileged ? "; the owner is privileged"
            : owner.Privileges.AddedCapabilities.Any(static cap => cap is "NET_ADMIN" or "ALL")
                ? "; the owner has NET_ADMIN and may change its firewall" : "";
        yield return one.Find(Shared,
            $"{mode}: {owner.Name}, in {(networks.Length > 0 ? networks : "no network")}{rights}",
            new Remedy.RemoveComposeKey("network_mode", null,
                "Compose: replace network_mode: by networks of its own, unless it uses the other's network on "
                    + "purpose (a VPN)" + (one.Attachments.Any(one.LeadsToGate)
                        ? "; then sudo gatehouse adopt, which brings the gate there." : ".")));
    }

    private static IEnumerable<Finding> CheckDrift(ContainerCase one)
    {
        var asked = one.Container.NetworkMode;
        var more = one.Attachments.Where(place => place.Name != asked && !place.IsNone).ToArray();
        if (asked == "none" && more.Length > 0)
        {
            yield return DriftTo(one, more[0], "HostConfig.NetworkMode: none");
            yield break;
        }
        if (one.Scene.View.Network(asked) is { IsInternal: true }
            && more.FirstOrDefault(static place => !place.IsInternalBridge) is { } open && !one.IsGate)
        {
            yield return DriftTo(one, open, $"HostConfig.NetworkMode: {asked} (Internal=true)");
        }
    }

    private static Finding DriftTo(ContainerCase one, Attachment place, string said)
    {
        var leave = $"docker network disconnect {ShellWord.Quote(place.Name)} {ShellWord.Quote(one.Container.Name)}";
        return one.Find(Drift, $"{said}, yet NetworkSettings.Networks: {place.Name}",
            one.MayLeave(place) ? new Remedy.RunCommand(leave, leave)
                : new Remedy.ByHand(
                    "Compose: name under networks: what it needs, so that the file says where it is."), place.Name);
    }

    private static string? NamespaceOf(ContainerCase one, int process)
        => one.Scene.Host.NetworkNamespaces.GetValueOrDefault(process);

    private static string Short(string mode) => mode.Length > "container:".Length + 12 ? mode[..22] : mode;
}
