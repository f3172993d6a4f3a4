using System.Collections.Immutable;

namespace Gatehouse.Core.Engine;

/// <summary>What a container may do and see beyond an ordinary one, and what holds it back.</summary>
public sealed record PrivilegeFacts
{
    /// <summary>Whether it has every capability and device.</summary>
    public bool IsPrivileged { get; init; }

    /// <summary>Capabilities added, without <c>CAP_</c>, upper case.</summary>
    public ImmutableArray<string> AddedCapabilities { get; init; } = [];

    /// <summary>Capabilities dropped, without <c>CAP_</c>, upper case; <c>ALL</c> for all.</summary>
    public ImmutableArray<string> DroppedCapabilities { get; init; } = [];

    /// <summary>As <c>no-new-privileges</c>, <c>seccomp=unconfined</c>, <c>apparmor=…</c>, <c>label=…</c>.</summary>
    public ImmutableArray<string> SecurityOptions { get; init; } = [];

    /// <summary>AppArmor's profile; empty when the host has none.</summary>
    public string AppArmorProfile { get; init; } = "";

    /// <summary>Whether its own files cannot be changed.</summary>
    public bool HasReadOnlyRoot { get; init; }

    /// <summary>Whose processes it sees: empty for its own, <c>host</c>, <c>container:ID</c>.</summary>
    public string PidMode { get; init; } = "";

    /// <summary>
    /// Whose shared memory it uses: <c>private</c>, <c>shareable</c>, <c>host</c>, <c>container:ID</c>.
    /// </summary>
    public string IpcMode { get; init; } = "";

    /// <summary>Whose host name it has: empty for its own, <c>host</c>.</summary>
    public string UtsMode { get; init; } = "";

    /// <summary><c>host</c> when userns-remap is switched off for it.</summary>
    public string UserNamespaceMode { get; init; } = "";

    /// <summary><c>private</c> or <c>host</c>.</summary>
    public string CgroupNamespaceMode { get; init; } = "";

    /// <summary>Devices of the host, by path on the host.</summary>
    public ImmutableArray<string> Devices { get; init; } = [];

    /// <summary>Devices asked of a driver, as <c>nvidia:gpu</c> or <c>cdi:…</c>.</summary>
    public ImmutableArray<string> DeviceRequests { get; init; } = [];

    /// <summary>Rules such as <c>c 195:* rmw</c>.</summary>
    public ImmutableArray<string> DeviceCgroupRules { get; init; } = [];

    /// <summary>The runtime, as <c>runc</c> or <c>nvidia</c>.</summary>
    public string Runtime { get; init; } = "";

    /// <summary>Bytes of memory; 0 means no limit.</summary>
    public long MemoryBytes { get; init; }

    /// <summary>Billionths of a processor; 0 means no limit.</summary>
    public long NanoCpus { get; init; }

    /// <summary>Number of processes; null, 0 and -1 mean no limit.</summary>
    public long? PidsLimit { get; init; }

    /// <summary>Kernel settings, by name.</summary>
    public ImmutableArray<string> Sysctls { get; init; } = [];

    /// <summary>
    /// Whether the paths of /proc and /sys that are hidden by default are open (<c>systempaths=unconfined</c>).
    /// </summary>
    public bool HasOpenSystemPaths { get; init; }
}
