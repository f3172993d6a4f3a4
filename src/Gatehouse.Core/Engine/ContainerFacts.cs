using System.Collections.Immutable;

namespace Gatehouse.Core.Engine;

/// <summary>
/// One container as the engine describes it (<c>GET /containers/{id}/json</c>, API 1.41 to 1.52 and later), without
/// any value that may be a secret.
/// </summary>
public sealed record ContainerFacts
{
    /// <summary>Its id, 64 hexadecimal digits.</summary>
    public required string Id { get; init; }

    /// <summary>Its name, without the leading slash.</summary>
    public required string Name { get; init; }

    /// <summary>The image as it was asked for, as <c>ollama/ollama:latest</c>.</summary>
    public required string Image { get; init; }

    /// <summary>The digest of the image's configuration.</summary>
    public string ImageId { get; init; } = "";

    /// <summary>Whether it runs now.</summary>
    public bool IsRunning { get; init; }

    /// <summary>The first process, in the host's numbers; 0 while it does not run.</summary>
    public int ProcessId { get; init; }

    /// <summary>Whether the engine waits to start it again because it ended.</summary>
    public bool IsRestarting { get; init; }

    /// <summary>Whether it ran and ended.</summary>
    public bool HasEnded { get; init; }

    /// <summary>Whether its log is a file that grows without a limit.</summary>
    public bool HasEndlessLog { get; init; }

    /// <summary>How often the engine started it again because it ended.</summary>
    public int RestartCount { get; init; }

    /// <summary>Whether it runs, or is between two starts after it ended by itself at least once.</summary>
    public bool IsUnsteady => IsRestarting || RestartCount > 0;

    /// <summary>The user inside, as <c>1000:1000</c>; empty means the image's own or root.</summary>
    public string User { get; init; } = "";

    /// <summary>Entry point and arguments. May hold secrets: match on it, never print it.</summary>
    public ImmutableArray<string> CommandLine { get; init; } = [];

    /// <summary>Its variables, values that may be secrets dropped.</summary>
    public ImmutableArray<EnvironmentFact> Environment { get; init; } = [];

    /// <summary>Its labels.</summary>
    public ImmutableSortedDictionary<string, string> Labels { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Ports that the image or the user declared, as <c>11434/tcp</c>; published or not.</summary>
    public ImmutableArray<string> ExposedPorts { get; init; } = [];

    /// <summary>Ports that are published now.</summary>
    public ImmutableArray<PortFact> Ports { get; init; } = [];

    /// <summary>
    /// Ports that were asked to be published, whether they are or not; host port 0 means any, and an empty address
    /// means all of the host's, those of IPv6 too.
    /// </summary>
    public ImmutableArray<PortFact> AskedPorts { get; init; } = [];

    /// <summary>The networks that it is in now, in the order of their names. Empty when it shares another's.</summary>
    public ImmutableArray<EndpointFact> Endpoints { get; init; } = [];

    /// <summary>What was asked at its making: <c>default</c>, <c>host</c>, <c>none</c>, <c>container:ID</c>, a name.
    /// It says nothing of now.</summary>
    public string NetworkMode { get; init; } = "";

    /// <summary>What it may do and see beyond an ordinary container.</summary>
    public required PrivilegeFacts Privileges { get; init; }

    /// <summary>What it sees of the host.</summary>
    public ImmutableArray<MountFact> Mounts { get; init; } = [];

    /// <summary>Its name servers, where some were asked for.</summary>
    public ImmutableArray<string> Dns { get; init; } = [];

    /// <summary>Names in its hosts file, as <c>host.docker.internal:host-gateway</c>.</summary>
    public ImmutableArray<string> ExtraHosts { get; init; } = [];

    /// <summary>
    /// Links of the default bridge (<c>--link</c>), as <c>/ollama:/app/llm</c>: without them it does not start there.
    /// </summary>
    public ImmutableArray<string> Links { get; init; } = [];

    /// <summary><c>no</c>, <c>always</c>, <c>unless-stopped</c> or <c>on-failure</c>.</summary>
    public string RestartPolicy { get; init; } = "";

    /// <summary>
    /// Health as the engine sees it: <c>healthy</c>, <c>unhealthy</c>, <c>starting</c>; empty without a check.
    /// </summary>
    public string Health { get; init; } = "";

    /// <summary>Compose project, from its label; null when Compose did not make it.</summary>
    public string? ComposeProject => Labels.GetValueOrDefault("com.docker.compose.project");

    /// <summary>Compose service, from its label; null when Compose did not make it.</summary>
    public string? ComposeService => Labels.GetValueOrDefault("com.docker.compose.service");

    /// <summary>The name that people use for it: the Compose service, else its own name.</summary>
    public string ShownName => ComposeService ?? Name;

    /// <summary>The id of the container whose network it shares; null when it has its own.</summary>
    public string? SharesNetworkOf => NetworkMode.StartsWith("container:", StringComparison.Ordinal)
        ? NetworkMode["container:".Length..] : null;
}
