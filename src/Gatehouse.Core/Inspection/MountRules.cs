using System.Collections.Immutable;

namespace Gatehouse.Core.Inspection;

/// <summary>Folders of the host that a container sees. Volumes and memory are its own and are not meant.</summary>
internal static class MountRules
{
    private static readonly string[] Kernel = ["/proc", "/sys", "/dev", "/boot", "/lib/modules", "/usr/lib/modules"];

    /// <summary>Shared memory and random numbers, which many services mount and which give nothing away.</summary>
    private static readonly string[] HarmlessDevices =
        ["/dev/shm", "/dev/null", "/dev/random", "/dev/urandom", "/dev/dri"];

    private static readonly string[] Programs = ["/usr", "/bin", "/sbin", "/lib", "/lib64"];

    private static readonly string[] State =
        ["/var/lib/docker", "/var/lib/containerd", "/var/lib/containers", "/var/spool/cron", "/var/lib/systemd",
            "/var/log"];

    /// <summary>What tells who may log in and what starts; the rest of /etc is harmless to read.</summary>
    private static readonly string[] SensitiveSettings =
    [
        "/etc/shadow", "/etc/gshadow", "/etc/sudoers", "/etc/sudoers.d", "/etc/ssh", "/etc/ssl/private", "/etc/docker",
        "/etc/kubernetes", "/etc/wireguard", "/etc/credstore", "/etc/credstore.encrypted", "/etc/NetworkManager",
    ];

    private static readonly string[] KeyFolders =
        [".ssh", ".gnupg", ".aws", ".kube", ".docker", ".password-store", ".config", ".netrc", ".git-credentials"];

    public static readonly InspectionRule WholeHost = new(
        "GH-MNT-010", Severity.Critical, "It sees the whole file system of the host.",
        "Every secret, every home and every socket of the host lies below the root folder.");

    public static readonly InspectionRule Settings = new(
        "GH-MNT-011", Severity.High, "It sees settings of the host.",
        "Below /etc lie password hashes, keys and what the host starts; who writes there owns the host at "
            + "its next start.");

    public static readonly InspectionRule Homes = new(
        "GH-MNT-012", Severity.High, "It sees a person's home.",
        "Keys, tokens and browser profiles lie there, and start files that the person's next login runs.");

    public static readonly InspectionRule KernelPaths = new(
        "GH-MNT-013", Severity.High, "It sees paths of the kernel or devices.",
        "Writing below /proc, /sys or a control group runs programs as root on the host; reading tells of every "
            + "process and address.");

    public static readonly InspectionRule SystemFolders = new(
        "GH-MNT-014", Severity.High, "It sees the host's programs or state.",
        "There lie the host's own programs, its logs, its schedules and the files of all other containers.");

    public static readonly InspectionRule Propagation = new(
        "GH-MNT-015", Severity.Medium, "What it mounts appears on the host.",
        "With shared propagation a mount made inside covers folders outside, and vice versa.");

    public static ImmutableArray<InspectionRule> All =>
        [WholeHost, Settings, Homes, KernelPaths, SystemFolders, Propagation];

    public static IEnumerable<Finding> Check(ContainerCase one)
    {
        foreach (var mount in one.Container.Mounts.Where(static mount => mount.Kind == "bind"))
        {
            var source = HostPath.Normalize(mount.Source);
            if (Classify(source, mount.IsWritable) is var (rule, severity))
            {
                yield return one.Find(rule, SocketRules.Shown(mount),
                    new Remedy.ByHand(mount.IsWritable && severity >= Severity.High
                        ? "Compose: mount only the file or folder that it needs, and that read-only (:ro)."
                        : "Compose: mount only the file or folder that it needs."),
                    source, severity);
            }
            if (mount.Propagation is "shared" or "rshared")
            {
                yield return one.Find(Propagation, $"{SocketRules.Shown(mount)}, Propagation: {mount.Propagation}",
                    new Remedy.SetComposeKey(
                        "volumes.bind.propagation", "rprivate", "Compose: bind: propagation: rprivate."), source);
            }
        }
    }

    private static (InspectionRule Rule, Severity Severity)? Classify(string source, bool isWritable)
    {
        if (source == "/") return (WholeHost, isWritable ? Severity.Critical : Severity.High);
        if (HostPath.IsWithin(source, "/etc")) return ClassifySettings(source, isWritable);
        if (IsHome(source)) return (Homes, isWritable ? Severity.High : Severity.Medium);
        if (HarmlessDevices.Any(path => HostPath.IsWithin(source, path))) return null;
        if (Kernel.FirstOrDefault(path => HostPath.IsWithin(source, path)) is { } top)
        {
            return (KernelPaths, isWritable ? Severity.High : source == top ? Severity.Medium : Severity.Low);
        }
        if (Programs.Any(path => HostPath.IsWithin(source, path)) && (isWritable || Programs.Contains(source)))
            return (SystemFolders, isWritable ? Severity.High : Severity.Low);
        // A folder above, such as /var or /var/lib, holds them too.
        if (State.Any(path => HostPath.IsWithin(path, source) || IsStateBelow(source, path)))
            return (SystemFolders, isWritable ? Severity.High : Severity.Medium);
        return null;
    }

    private static (InspectionRule Rule, Severity Severity)? ClassifySettings(string source, bool isWritable)
    {
        var isSensitive = source == "/etc" || SensitiveSettings.Any(path => HostPath.IsWithin(source, path));
        if (isWritable) return (Settings, Severity.High);
        return isSensitive ? (Settings, Severity.Medium) : null;
    }

    /// <summary>The homes, one whole home, or one of the folders in it that hold keys.</summary>
    private static bool IsHome(string source)
    {
        if (source is "/home" or "/root") return true;
        var parts = source[1..].Split('/');
        var inside = parts[0] switch { "home" when parts.Length > 1 => parts[2..], "root" => parts[1..], _ => null };
        return inside is not null && (inside.Length == 0 || KeyFolders.Contains(inside[0]));
    }

    /// <summary>A single volume's folder, mounted by its path, is data and no part of the engine's own state.</summary>
    private static bool IsStateBelow(string source, string path) => HostPath.IsWithin(source, path)
        && !HostPath.IsWithin(source, "/var/lib/docker/volumes");
}
