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

/// <summary>Something of the host or of the engine that a container sees.</summary>
/// <param name="Kind"><c>bind</c>, <c>volume</c>, <c>tmpfs</c> or <c>npipe</c>.</param>
/// <param name="Source">The path on the host; for a volume the path where the engine keeps it.</param>
/// <param name="Destination">The path inside.</param>
/// <param name="IsWritable">Whether the container may write there.</param>
/// <param name="Propagation">As <c>rprivate</c> or <c>rshared</c>; empty when the engine does not say.</param>
/// <param name="Name">The volume's name; empty for others.</param>
public sealed record MountFact(
    string Kind, string Source, string Destination, bool IsWritable, string Propagation, string Name);

/// <summary>A port of a container that the engine has published on the host, as it stands now.</summary>
/// <param name="ContainerPort">The port inside.</param>
/// <param name="Protocol"><c>tcp</c>, <c>udp</c> or <c>sctp</c>.</param>
/// <param name="HostAddress">The address on the host, as <c>127.0.0.1</c>, <c>0.0.0.0</c> or <c>::</c>; empty where
/// all addresses of both families were asked for.</param>
/// <param name="HostPort">The port on the host.</param>
public sealed record PortFact(int ContainerPort, string Protocol, string HostAddress, int HostPort)
{
    /// <summary>Whether other machines reach it.</summary>
    public bool IsOpenToOthers => HostAddress is not ("127.0.0.1" or "::1")
        && !HostAddress.StartsWith("127.", StringComparison.Ordinal);
}

/// <summary>A container's place in one network.</summary>
public sealed record EndpointFact
{
    /// <summary>Name of the network.</summary>
    public required string Network { get; init; }

    /// <summary>Id of the network; empty when the container never ran.</summary>
    public string NetworkId { get; init; } = "";

    /// <summary>The IPv4 address now; empty while the container does not run.</summary>
    public string Address { get; init; } = "";

    /// <summary>The IPv6 address now; empty when there is none.</summary>
    public string Address6 { get; init; } = "";

    /// <summary>The gateway now; empty when there is none.</summary>
    public string Gateway { get; init; } = "";

    /// <summary>The MAC address now; the engine's own choice unless one was asked for.</summary>
    public string MacAddress { get; init; } = "";

    /// <summary>
    /// The names by which neighbours reach it, as the engine lists them (its short id among them before 1.45).
    /// </summary>
    public ImmutableArray<string> Aliases { get; init; } = [];

    /// <summary>All names that the engine's DNS answers, from 1.44 on; empty before.</summary>
    public ImmutableArray<string> DnsNames { get; init; } = [];

    /// <summary>The IPv4 address that was asked for; null when the engine chooses.</summary>
    public string? StaticAddress { get; init; }

    /// <summary>The IPv6 address that was asked for; null when the engine chooses.</summary>
    public string? StaticAddress6 { get; init; }

    /// <summary>Link-local addresses that were asked for.</summary>
    public ImmutableArray<string> LinkLocalAddresses { get; init; } = [];

    /// <summary>Legacy links, as <c>db:database</c>.</summary>
    public ImmutableArray<string> Links { get; init; } = [];

    /// <summary>Options of the network's driver.</summary>
    public ImmutableSortedDictionary<string, string> DriverOptions { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>
    /// Whether options were there at all: none and an empty set are told apart by the engine's inspect.
    /// </summary>
    public bool HasDriverOptions { get; init; }

    /// <summary>Which network gives the default route, from API 1.48 on; 0 when it was not said.</summary>
    public int GatewayPriority { get; init; }

    /// <summary>
    /// Whether a static configuration was there at all: an empty one and none are told apart by the engine's inspect.
    /// </summary>
    public bool HasStaticConfiguration { get; init; }
}

/// <summary>
/// One variable of a container or unit. A value that may be a secret is dropped where it is read, so that nothing
/// behind can print it: only that it is set remains.
/// </summary>
public sealed record EnvironmentFact
{
    // What people write where a client insists on a key and the server asks for none.
    private static readonly string[] Placeholders =
    [
        "none", "null", "false", "dummy", "not-needed", "notneeded", "not_needed", "no-key", "no-key-required",
        "nokey", "na", "n/a", "x", "xx", "xxx", "empty", "ollama", "lm-studio", "placeholder", "your_api_key",
        "your-api-key", "your_api_key_here", "user_provided", "fake", "unused", "changeme", "sk-xxx", "sk-none", "-",
    ];

    private EnvironmentFact(string name, string? value, bool isSecret)
        => (Name, Value, IsSecret) = (name, value, isSecret);

    /// <summary>The variable's name.</summary>
    public string Name { get; }

    /// <summary>
    /// Its value, without the user and password of a URL; null when it may be a secret or is not known.
    /// </summary>
    public string? Value { get; }

    /// <summary>Whether a value is set that may be a secret.</summary>
    public bool IsSecret { get; }

    /// <summary>Whether the value only stands in for a secret, as <c>dummy</c> does.</summary>
    public bool IsPlaceholder { get; private init; }

    /// <summary>Reads one variable; the value is dropped unless it is surely none of the secret kinds.</summary>
    /// <param name="name">The variable's name.</param>
    /// <param name="value">Its value.</param>
    public static EnvironmentFact Of(string name, string? value)
    {
        if (string.IsNullOrEmpty(value)) return new EnvironmentFact(name, value, false);
        return SecretText.IsSecret(name, value)
            ? new EnvironmentFact(name, null, true)
            {
                IsPlaceholder = Placeholders.Contains(value.Trim(), StringComparer.OrdinalIgnoreCase),
            }
            : new EnvironmentFact(name, SecretText.WithoutUserInfo(value), false);
    }

    /// <summary>Reads the form <c>NAME=value</c> of the engine and of unit files.</summary>
    /// <param name="assignment">The text.</param>
    public static EnvironmentFact Parse(string assignment)
    {
        var cut = assignment.IndexOf('=', StringComparison.Ordinal);
        return cut < 0 ? Of(assignment, null) : Of(assignment[..cut], assignment[(cut + 1)..]);
    }
}
