using System.Collections.Immutable;
using System.Globalization;

namespace Gatehouse.Core.Engine;

/// <summary>What one Docker engine says of itself (<c>GET /info</c> and <c>GET /version</c>).</summary>
public sealed record EngineFacts
{
    /// <summary>The engine's version, as <c>20.10.24</c>.</summary>
    public required string Version { get; init; }

    /// <summary>The version of its API that is spoken with it, as <c>1.41</c>.</summary>
    public required ApiVersion Api { get; init; }

    /// <summary>Its security options, as <c>name=seccomp,profile=default</c> or <c>name=rootless</c>.</summary>
    public ImmutableArray<string> SecurityOptions { get; init; } = [];

    /// <summary><c>1</c> or <c>2</c>; empty when the engine does not say.</summary>
    public string CgroupVersion { get; init; } = "";

    /// <summary>The runtime of containers that name none, as <c>runc</c> or <c>nvidia</c>.</summary>
    public string DefaultRuntime { get; init; } = "";

    /// <summary>
    /// <c>iptables</c> or <c>nftables</c>, known from API 1.49; null when the engine does not say, which means
    /// iptables.
    /// </summary>
    public string? FirewallBackend { get; init; }

    /// <summary>What the engine warns of, as sockets that anybody may use.</summary>
    public ImmutableArray<string> Warnings { get; init; } = [];

    /// <summary>Registries that it uses without verifying them: names, and address ranges.</summary>
    public ImmutableArray<string> InsecureRegistries { get; init; } = [];

    /// <summary>Whether the engine is part of a swarm.</summary>
    public bool IsSwarm { get; init; }

    /// <summary>Whether the engine runs without root: its networks then lie in a namespace of its own.</summary>
    public bool IsRootless
        => SecurityOptions.Any(static option => option.StartsWith("name=rootless", StringComparison.Ordinal));

    /// <summary>Whether users inside containers are others outside (userns-remap).</summary>
    public bool HasUserNamespaces
        => SecurityOptions.Any(static option => option.StartsWith("name=userns", StringComparison.Ordinal));
}

/// <summary>One look at an engine: itself, its containers and its networks.</summary>
/// <param name="Engine">The engine.</param>
/// <param name="Containers">All containers, stopped ones too, by name.</param>
/// <param name="Networks">All networks, by name.</param>
public sealed record EngineView(
    EngineFacts Engine, ImmutableArray<ContainerFacts> Containers, ImmutableArray<NetworkFacts> Networks)
{
    /// <summary>The network with this name or id; null when there is none.</summary>
    /// <param name="nameOrId">The name or the whole id.</param>
    public NetworkFacts? Network(string nameOrId)
        => Networks.FirstOrDefault(network => network.Name == nameOrId || network.Id == nameOrId);

    /// <summary>The container with this id, name, or unique start of an id; null when there is none.</summary>
    /// <param name="idOrName">The id or the name.</param>
    public ContainerFacts? Container(string idOrName)
    {
        if (Containers.FirstOrDefault(one => one.Id == idOrName || one.Name == idOrName) is { } exact) return exact;
        var starts = Containers.Where(one => idOrName.Length >= 12
            && one.Id.StartsWith(idOrName, StringComparison.Ordinal)).Take(2).ToArray();
        return starts.Length == 1 ? starts[0] : null;
    }

    /// <summary>
    /// The container whose network a container really uses: itself, or the end of its <c>container:</c> chain; null
    /// when the chain leads nowhere.
    /// </summary>
    /// <param name="container">The container.</param>
    public ContainerFacts? NetworkOwner(ContainerFacts container)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var now = container;
        while (now.SharesNetworkOf is { } next)
        {
            if (!seen.Add(now.Id) || Container(next) is not { } owner) return null;
            now = owner;
        }
        return now;
    }
}

/// <summary>A version of the Docker Engine API, as <c>1.41</c>; compared as two numbers, never as text.</summary>
/// <param name="Major">The part before the dot.</param>
/// <param name="Minor">The part behind it.</param>
public readonly record struct ApiVersion(int Major, int Minor) : IComparable<ApiVersion>
{
    /// <summary>The oldest that Gatehouse speaks: Debian 12's engine.</summary>
    public static ApiVersion Oldest { get; } = new(1, 41);

    /// <summary>The newest whose shapes Gatehouse knows; a newer engine speaks this one too.</summary>
    public static ApiVersion Newest { get; } = new(1, 52);

    /// <summary>
    /// The version to speak with an engine: its own, bounded by what Gatehouse knows. Null when there is none that
    /// both speak.
    /// </summary>
    /// <param name="newest">The newest that the engine speaks.</param>
    /// <param name="oldest">The oldest that it speaks; null when it does not say.</param>
    public static ApiVersion? Negotiate(ApiVersion newest, ApiVersion? oldest)
    {
        var chosen = newest < Newest ? newest : Newest;
        return chosen < Oldest || chosen < (oldest ?? Oldest) ? null : chosen;
    }

    /// <summary>Reads <c>1.41</c>; false when the text is no such version.</summary>
    /// <param name="text">The text.</param>
    /// <param name="version">What it says.</param>
    public static bool TryParse(string? text, out ApiVersion version)
    {
        version = default;
        if (text?.Split('.') is not [var major, var minor]) return false;
        if (!int.TryParse(major, NumberStyles.None, CultureInfo.InvariantCulture, out var first)) return false;
        if (!int.TryParse(minor, NumberStyles.None, CultureInfo.InvariantCulture, out var second)) return false;
        version = new ApiVersion(first, second);
        return true;
    }

    /// <inheritdoc/>
    public int CompareTo(ApiVersion other)
        => Major != other.Major ? Major.CompareTo(other.Major) : Minor.CompareTo(other.Minor);

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Major}.{Minor}");

    /// <summary>Whether one version is older than another.</summary>
    public static bool operator <(ApiVersion left, ApiVersion right) => left.CompareTo(right) < 0;

    /// <summary>Whether one version is newer than another.</summary>
    public static bool operator >(ApiVersion left, ApiVersion right) => left.CompareTo(right) > 0;

    /// <summary>Whether one version is older than another or the same.</summary>
    public static bool operator <=(ApiVersion left, ApiVersion right) => left.CompareTo(right) <= 0;

    /// <summary>Whether one version is newer than another or the same.</summary>
    public static bool operator >=(ApiVersion left, ApiVersion right) => left.CompareTo(right) >= 0;
}
