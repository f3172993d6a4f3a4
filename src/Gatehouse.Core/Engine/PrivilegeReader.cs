using System.Text.Json;

namespace Gatehouse.Core.Engine;

/// <summary>Reads <c>HostConfig</c> of a container: what it may do and what holds it back.</summary>
internal static class PrivilegeReader
{
    public static PrivilegeFacts Read(JsonElement host, string appArmorProfile)
    {
        var masked = host.Child("MaskedPaths");
        var pids = host.Child("PidsLimit");
        return new PrivilegeFacts
        {
            IsPrivileged = host.Flag("Privileged"),
            AddedCapabilities = [.. host.Texts("CapAdd").Select(Capability)],
            DroppedCapabilities = [.. host.Texts("CapDrop").Select(Capability)],
            SecurityOptions = host.Texts("SecurityOpt"),
            AppArmorProfile = appArmorProfile,
            HasReadOnlyRoot = host.Flag("ReadonlyRootfs"),
            PidMode = host.Text("PidMode"),
            IpcMode = host.Text("IpcMode"),
            UtsMode = host.Text("UTSMode"),
            UserNamespaceMode = host.Text("UsernsMode"),
            CgroupNamespaceMode = host.Text("CgroupnsMode"),
            Devices = [.. host.Items("Devices").Select(static device => device.Text("PathOnHost"))],
            DeviceRequests = [.. host.Items("DeviceRequests").Select(Request)],
            DeviceCgroupRules = host.Texts("DeviceCgroupRules"),
            Runtime = host.Text("Runtime"),
            MemoryBytes = host.Number("Memory"),
            NanoCpus = host.Number("NanoCpus"),
            PidsLimit = pids.ValueKind == JsonValueKind.Number && pids.TryGetInt64(out var limit) ? limit : null,
            Sysctls = [.. host.Members("Sysctls").Select(static setting => setting.Name)],
            // An empty list is `systempaths=unconfined`; an absent one is the default.
            HasOpenSystemPaths = masked.ValueKind == JsonValueKind.Array && masked.GetArrayLength() == 0,
        };
    }

    private static string Capability(string name)
    {
        var upper = name.ToUpperInvariant();
        return upper.StartsWith("CAP_", StringComparison.Ordinal) ? upper[4..] : upper;
    }

    private static string Request(JsonElement node)
    {
        var wanted = node.Items("Capabilities").FirstOrDefault();
        var what = wanted.ValueKind == JsonValueKind.Array
            ? string.Join('+', wanted.EnumerateArray().Select(static item => item.ToString())) : "";
        var ids = string.Join(',', node.Texts("DeviceIDs"));
        return $"{node.TextOrNull("Driver") ?? "any"}:{(what.Length > 0 ? what : ids)}";
    }
}
