using System.Collections.Immutable;
using Gatehouse.Core.Engine;

namespace Gatehouse.Core.Compose;

/// <summary>One service of a Compose project, merged, with variables put in and without any secret value.</summary>
public sealed record ComposeService
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>The file in which its top layer stands.</summary>
    public required string File { get; init; }

    /// <summary>The line there, from 1.</summary>
    public required int Line { get; init; }

    /// <summary>Its image; null when it is only built.</summary>
    public string? Image { get; init; }

    /// <summary>The directory from which it is built; null when it is not.</summary>
    public string? BuildContext { get; init; }

    /// <summary>The file that says how it is built; null when it is not built here.</summary>
    public string? BuildFile { get; init; }

    /// <summary>The arguments with which it is built.</summary>
    public ImmutableArray<KeyValuePair<string, string>> BuildArguments { get; init; } = [];

    /// <summary>Its container's name; null when Compose chooses.</summary>
    public string? ContainerName { get; init; }

    /// <summary>Its variables, those of its files first, values that may be secrets dropped.</summary>
    public ImmutableArray<EnvironmentFact> Environment { get; init; } = [];

    /// <summary>Published ports; host port 0 means any.</summary>
    public ImmutableArray<PortFact> Ports { get; init; } = [];

    /// <summary>Ports that it says to listen on, as <c>11434</c> or <c>11434/tcp</c>.</summary>
    public ImmutableArray<string> ExposedPorts { get; init; } = [];

    /// <summary>Its networks, an implied <c>default</c> too; empty when it has a network mode.</summary>
    public ImmutableArray<ComposeAttachment> Networks { get; init; } = [];

    /// <summary>
    /// <c>host</c>, <c>none</c>, <c>service:NAME</c>, <c>container:NAME</c>; null when it has networks.
    /// </summary>
    public string? NetworkMode { get; init; }

    /// <summary>What it sees of the host.</summary>
    public ImmutableArray<MountFact> Volumes { get; init; } = [];

    /// <summary>Entry point and arguments. May hold secrets: match on it, never print it.</summary>
    public ImmutableArray<string> CommandLine { get; init; } = [];

    /// <summary>The folder inside in which it starts; null where the file does not say.</summary>
    public string? WorkingFolder { get; init; }

    /// <summary>What tells whether it is well; empty when the file does not say. May hold secrets.</summary>
    public ImmutableArray<string> HealthCheck { get; init; } = [];

    /// <summary>The profiles of which one has to be on; empty means always.</summary>
    public ImmutableArray<string> Profiles { get; init; } = [];

    /// <summary>Whether one of its profiles is on, or it has none.</summary>
    public bool IsEnabled { get; init; } = true;

    /// <summary>Names of the services that start before it.</summary>
    public ImmutableArray<string> DependsOn { get; init; } = [];

    /// <summary>Its labels.</summary>
    public ImmutableSortedDictionary<string, string> Labels { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Whether it has every capability and device.</summary>
    public bool IsPrivileged { get; init; }

    /// <summary>Capabilities added, as written.</summary>
    public ImmutableArray<string> AddedCapabilities { get; init; } = [];

    /// <summary>Its user; empty means the image's own.</summary>
    public string User { get; init; } = "";

    /// <summary>Whose processes it sees; empty for its own.</summary>
    public string PidMode { get; init; } = "";

    /// <summary>Devices of the host, as written.</summary>
    public ImmutableArray<string> Devices { get; init; } = [];

    /// <summary>Drivers or capabilities of devices that it asks for, as <c>gpu</c>.</summary>
    public ImmutableArray<string> DeviceRequests { get; init; } = [];

    /// <summary>Names in its hosts file.</summary>
    public ImmutableArray<string> ExtraHosts { get; init; } = [];

    /// <summary>Its name servers.</summary>
    public ImmutableArray<string> Dns { get; init; } = [];

    /// <summary>Names of the secrets that it gets.</summary>
    public ImmutableArray<string> Secrets { get; init; } = [];

    /// <summary>Names of the configurations that it gets.</summary>
    public ImmutableArray<string> Configs { get; init; } = [];

    /// <summary>Models that the engine serves for it.</summary>
    public ImmutableArray<ComposeModelUse> Models { get; init; } = [];

    /// <summary>What provides it in place of a container; null for a container.</summary>
    public ComposeProvider? Provider { get; init; }

    /// <summary>Its restart policy; empty when none was said.</summary>
    public string RestartPolicy { get; init; } = "";
}
