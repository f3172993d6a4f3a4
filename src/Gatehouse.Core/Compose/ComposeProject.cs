using System.Collections.Immutable;

namespace Gatehouse.Core.Compose;

/// <summary>A Compose project: its files merged, with variables put in.</summary>
public sealed record ComposeProject
{
    /// <summary>Its name, as Compose labels containers with it.</summary>
    public required string Name { get; init; }

    /// <summary>Its directory.</summary>
    public required string Directory { get; init; }

    /// <summary>The files given or found, in the order in which they lie over each other.</summary>
    public required ImmutableArray<string> Files { get; init; }

    /// <summary>Every file that was opened, includes, extended and variable files too.</summary>
    public required ImmutableArray<string> FilesRead { get; init; }

    /// <summary>Its services, those of profiles that are off too, in the order of the files.</summary>
    public required ImmutableArray<ComposeService> Services { get; init; }

    /// <summary>Its networks, an implied <c>default</c> too.</summary>
    public required ImmutableArray<ComposeNetwork> Networks { get; init; }

    /// <summary>Its top-level <c>models:</c>.</summary>
    public required ImmutableArray<ComposeModel> Models { get; init; }

    /// <summary>The service of a name; null when there is none.</summary>
    /// <param name="name">The name.</param>
    public ComposeService? Service(string name) => Services.FirstOrDefault(service => service.Name == name);

    /// <summary>The files of configurations that have one, by their keys.</summary>
    public ImmutableSortedDictionary<string, string> ConfigFiles { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>The network of a key; null when there is none.</summary>
    /// <param name="key">Its key in the files.</param>
    public ComposeNetwork? Network(string key) => Networks.FirstOrDefault(network => network.Key == key);
}

/// <summary>A model that Compose has served by the engine's model runner.</summary>
/// <param name="Key">Its key in the files.</param>
/// <param name="Model">The model, as <c>ai/smollm2</c>.</param>
public sealed record ComposeModel(string Key, string Model);

/// <summary>A model that a service uses, and the variables in which Compose tells it where.</summary>
/// <param name="Key">Key of the model, or of the provider service.</param>
/// <param name="EndpointVariable">The variable that gets the URL.</param>
/// <param name="ModelVariable">The variable that gets the model's name.</param>
public sealed record ComposeModelUse(string Key, string EndpointVariable, string ModelVariable);

/// <summary>A network of a Compose project.</summary>
/// <param name="Key">Its key in the files.</param>
/// <param name="Name">Its name in the engine.</param>
public sealed record ComposeNetwork(string Key, string Name)
{
    /// <summary>Whether it is made elsewhere.</summary>
    public bool IsExternal { get; init; }

    /// <summary>Whether the engine keeps it apart from the outside.</summary>
    public bool IsInternal { get; init; }

    /// <summary>Its driver; empty for the engine's own choice.</summary>
    public string Driver { get; init; } = "";
}

/// <summary>A service's place in one network of its project, with all that was asked for there.</summary>
/// <param name="Network">The network's key in the files.</param>
public sealed record ComposeAttachment(string Network)
{
    /// <summary>Names beside the service's own.</summary>
    public ImmutableArray<string> Aliases { get; init; } = [];

    /// <summary>A static IPv4 address; null when the engine chooses.</summary>
    public string? Address { get; init; }

    /// <summary>A static IPv6 address; null when the engine chooses.</summary>
    public string? Address6 { get; init; }

    /// <summary>Link-local addresses.</summary>
    public ImmutableArray<string> LinkLocalAddresses { get; init; } = [];

    /// <summary>A MAC address; null when the engine chooses.</summary>
    public string? MacAddress { get; init; }

    /// <summary>Name of the interface inside; null when the engine chooses.</summary>
    public string? InterfaceName { get; init; }

    /// <summary>Order of joining; null when none was said.</summary>
    public string? Priority { get; init; }

    /// <summary>Which network gives the default route; null when none was said.</summary>
    public string? GatewayPriority { get; init; }

    /// <summary>Options of the network's driver.</summary>
    public ImmutableSortedDictionary<string, string> DriverOptions { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;
}

/// <summary>A service that is no container but is provided by a plug-in, as <c>provider: { type: model }</c>.</summary>
/// <param name="Kind">Its type.</param>
/// <param name="Options">Its options; lists are joined by commas.</param>
public sealed record ComposeProvider(string Kind, ImmutableSortedDictionary<string, string> Options);
