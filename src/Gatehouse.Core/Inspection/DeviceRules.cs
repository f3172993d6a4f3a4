using System.Collections.Immutable;
using Gatehouse.Core.Engine;

namespace Gatehouse.Core.Inspection;

/// <summary>Devices of the host, graphics processors among them: those show in four different places.</summary>
internal static class DeviceRules
{
    /// <summary>Beginnings of the names of disks and of the kernel's memory (Linux allocated devices).</summary>
    private static readonly string[] RawDevices =
        ["/dev/mem", "/dev/kmem", "/dev/port", "/dev/sd", "/dev/hd", "/dev/vd", "/dev/xvd", "/dev/nvme", "/dev/mapper",
            "/dev/dm-", "/dev/md", "/dev/mmcblk", "/dev/loop"];

    private static readonly string[] GraphicsDevices = ["/dev/dri", "/dev/kfd", "/dev/nvidia"];

    /// <summary>
    /// The first without CVE-2025-23266: a crafted image ran code as root while the container was made.
    /// </summary>
    private static readonly Version SafeToolkit = new(1, 17, 8);

    public static readonly InspectionRule Raw = new(
        "GH-DEV-001", Severity.Critical, "It has a disk or the memory of the host.",
        "Past the file system every file can be read and changed, whatever its rights.");

    public static readonly InspectionRule Others = new(
        "GH-DEV-002", Severity.Low, "It has devices of the host.",
        "A device's driver runs in the kernel; its faults are the host's.");

    public static readonly InspectionRule Graphics = new(
        "GH-DEV-003", Severity.Low, "It has a graphics processor.",
        "Drivers are large and run in the kernel, and memory of the card may keep what another job left in it.");

    public static readonly InspectionRule Toolkit = new(
        "GH-DEV-004", Severity.High, "The toolkit that gives it the graphics processor has a known hole.",
        "Before 1.17.8 NVIDIA's toolkit ran code from the image as root on the host (CVE-2025-23266, CVE-2024-0132).");

    public static readonly InspectionRule DeviceFiles = new(
        "GH-DEV-005", Severity.Low, "It may make files for more graphics processors than it was given.",
        "With MKNOD, a default capability, and without no-new-privileges it opens cards that were given to others.");

    public static readonly InspectionRule Classes = new(
        "GH-DEV-006", Severity.High, "It may use whole classes of devices.",
        "A device rule opens devices that are plugged in later too.");

    public static ImmutableArray<InspectionRule> All => [Raw, Others, Graphics, Toolkit, DeviceFiles, Classes];

    public static IEnumerable<Finding> Check(ContainerCase one)
    {
        var graphics = GraphicsOf(one);
        foreach (var device in one.Privileges.Devices.Select(HostPath.Normalize))
        {
            if (StartsWithAny(device, GraphicsDevices)) continue;
            var isRaw = StartsWithAny(device, RawDevices);
            yield return one.Find(isRaw ? Raw : Others, $"HostConfig.Devices: {device}",
                new Remedy.RemoveComposeKey("devices", device, $"Compose: remove {device} from devices:."), device);
        }
        foreach (var rule in one.Privileges.DeviceCgroupRules)
        {
            yield return one.Find(Classes, $"HostConfig.DeviceCgroupRules: {rule}",
                new Remedy.ByHand(
                    "Compose: device_cgroup_rules: as narrow as it works, or devices: by name."), rule,
                rule.StartsWith("a ", StringComparison.Ordinal) || rule.Contains("*:*", StringComparison.Ordinal)
                    ? Severity.High : Severity.Medium);
        }
        if (graphics is null) yield break;
        yield return one.Find(Graphics, graphics,
            new Remedy.ByHand("Nothing, if it serves models; otherwise Compose: remove devices: and runtime:."));
        if (Version.TryParse(one.Scene.Host.NvidiaToolkit, out var toolkit) && toolkit < SafeToolkit && IsNvidia(one))
        {
            yield return one.Find(Toolkit, $"{graphics}; nvidia-ctk --version: {toolkit}",
                new Remedy.Update("nvidia-container-toolkit", "1.17.8",
                    "Update nvidia-container-toolkit to 1.17.8 or later, then restart the engine."));
        }
        if (!one.Privileges.IsPrivileged && KeepsDeviceFiles(one.Privileges))
        {
            yield return one.Find(DeviceFiles, $"{graphics}; HostConfig.CapDrop: MKNOD is not in it",
                new Remedy.SetComposeKey(
                    "cap_drop", "[MKNOD]", "Compose: cap_drop: [MKNOD] and security_opt: [no-new-privileges:true]"));
        }
    }

    /// <summary>Where a graphics processor shows; null when there is none.</summary>
    private static string? GraphicsOf(ContainerCase one)
    {
        var rights = one.Privileges;
        if (rights.DeviceRequests.Length > 0)
            return $"HostConfig.DeviceRequests: {string.Join(", ", rights.DeviceRequests)}";
        if (rights.Runtime == "nvidia") return "HostConfig.Runtime: nvidia";
        // The default runtime gives cards to every container that names them in a variable.
        if (one.Engine.DefaultRuntime == "nvidia" && rights.Runtime is "" or "nvidia" && NamesCards(one.Container))
            return "engine: DefaultRuntime nvidia; Config.Env: NVIDIA_VISIBLE_DEVICES";
        var device = rights.Devices.Select(HostPath.Normalize)
            .FirstOrDefault(static device => StartsWithAny(device, GraphicsDevices));
        return device is null ? null : $"HostConfig.Devices: {device}";
    }

    private static bool NamesCards(ContainerFacts container) => container.Environment.Any(static variable =>
        variable.Name == "NVIDIA_VISIBLE_DEVICES" && variable.Value is not (null or "" or "void" or "none"));

    private static bool IsNvidia(ContainerCase one)
        => !one.Privileges.Devices.Any(static device => StartsWithAny(device, ["/dev/dri", "/dev/kfd"]));

    private static bool KeepsDeviceFiles(PrivilegeFacts rights)
        => !rights.DroppedCapabilities.Any(static name => name is "ALL" or "MKNOD")
            || rights.AddedCapabilities.Any(static name => name is "ALL" or "MKNOD");

    private static bool StartsWithAny(string device, string[] starts)
        => starts.Any(start => device.StartsWith(start, StringComparison.Ordinal));
}
