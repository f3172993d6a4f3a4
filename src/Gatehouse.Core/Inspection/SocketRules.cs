using System.Collections.Immutable;
using Gatehouse.Core.Engine;

namespace Gatehouse.Core.Inspection;

/// <summary>Sockets that command the host, mounted by themselves or under any folder above them.</summary>
internal static class SocketRules
{
    /// <summary>Where engines listen (their own documentation); each is root on the host.</summary>
    private static readonly string[] EngineSockets =
    [
        "/run/docker.sock", "/run/containerd/containerd.sock", "/run/podman/podman.sock", "/run/crio/crio.sock",
        "/run/buildkit/buildkitd.sock", "/run/k3s/containerd/containerd.sock", "/run/balena-engine.sock",
        "/run/libvirt/libvirt-sock", "/var/lib/incus/unix.socket", "/var/lib/lxd/unix.socket",
        "/var/snap/lxd/common/lxd/unix.socket", "/var/snap/docker/common/run/docker.sock",
    ];

    /// <summary>Rootless engines and Docker Desktop listen below a user's folder, under these names.</summary>
    private static readonly string[] EngineSocketNames =
        ["docker.sock", "podman.sock", "containerd.sock", "crio.sock", "buildkitd.sock", "balena-engine.sock"];

    /// <summary>Folders of all users, and of one, below which rootless engines listen.</summary>
    private const string UserRuntime = "/run/user";

    public static readonly InspectionRule EngineSocket = new(
        "GH-MNT-001", Severity.Critical, "It commands the container engine.",
        "Through the engine's socket it starts a privileged container and is root on the host. A read-only mount "
            + "changes nothing: a program that opens the socket can write to it. No network is needed for that.");

    public static readonly InspectionRule EngineByNetwork = new(
        "GH-MNT-002", Severity.High, "It speaks to a container engine over the network.",
        "Anyone who may call the engine over TCP is root on its host; a filtering proxy in between still shows every "
            + "container's variables.");

    public static readonly InspectionRule SystemBus = new(
        "GH-MNT-003", Severity.Medium, "It speaks to the host's system bus.",
        "Over D-Bus it asks systemd and other services of the host for what its user may do there; as root that is "
            + "everything.");

    public static ImmutableArray<InspectionRule> All => [EngineSocket, EngineByNetwork, SystemBus];

    public static IEnumerable<Finding> Check(ContainerCase one)
    {
        foreach (var mount in one.Container.Mounts.Where(static mount => mount.Kind == "bind"))
        {
            var source = HostPath.Normalize(mount.Source);
            if (SocketBehind(source) is { } socket)
            {
                var detail = socket == source ? "" : $", which holds {socket}";
                yield return one.Find(EngineSocket, $"{Shown(mount)}{detail}",
                    new Remedy.RemoveComposeKey("volumes", mount.Source, "Compose: remove the mount; what only has to "
                        + "read may ask a filtering proxy on a network of its own."),
                    source);
            }
            if (IsBus(source))
            {
                yield return one.Find(SystemBus, Shown(mount),
                    new Remedy.RemoveComposeKey("volumes", mount.Source, "Compose: remove the mount."), source);
            }
        }
        var remote = one.Container.Environment.FirstOrDefault(static variable =>
            variable.Name is "DOCKER_HOST" or "CONTAINER_HOST"
            && variable.Value is { } value && !value.StartsWith("unix:", StringComparison.Ordinal));
        if (remote is not null)
        {
            yield return one.Find(EngineByNetwork, $"Config.Env: {remote.Name}",
                new Remedy.RemoveComposeKey("environment", remote.Name, $"Compose: remove {remote.Name}, or let a "
                    + "proxy pass GET of what it needs, on a network for these two."),
                remote.Name);
        }
    }

    public static string Shown(MountFact mount)
        => $"Mounts: {mount.Source} at {mount.Destination} ({(mount.IsWritable ? "read-write" : "read-only")})";

    /// <summary>
    /// The engine's socket at or below a path; null when there is none that is known. /var and /var/lib hold none on
    /// most hosts: /var/run is a link that a mount of /var does not follow.
    /// </summary>
    public static string? SocketBehind(string source)
    {
        if (EngineSockets.FirstOrDefault(socket => HostPath.IsWithin(socket, source)) is { } known
            && (source == "/" || !HostPath.IsWithin("/var/lib", source)))
        {
            return known;
        }
        var name = source[(source.LastIndexOf('/') + 1)..];
        if (EngineSocketNames.Contains(name)) return source;
        // The whole folder of a user, /run/user/1000, holds the socket of that user's engine where it runs.
        return HostPath.IsWithin(source, UserRuntime) && source.Count(static letter => letter == '/') <= 3
            ? $"{UserRuntime}/UID/docker.sock" : null;
    }

    private static bool IsBus(string source)
        => HostPath.IsWithin("/run/dbus/system_bus_socket", source)
            && source.StartsWith("/run/dbus", StringComparison.Ordinal)
            || HostPath.IsWithin("/run/systemd/private", source)
            && source.StartsWith("/run/systemd", StringComparison.Ordinal);
}
