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
