using System.Collections.Immutable;

namespace Gatehouse.Core.Compose;

/// <summary>Which project to read.</summary>
public sealed record ComposeRequest
{
    /// <summary>
    /// Absolute paths of its files, the later ones over the earlier. Empty: those that Compose would take.
    /// </summary>
    public ImmutableArray<string> Files { get; init; } = [];

    /// <summary>The project's directory, absolute; null means that of the first file.</summary>
    public string? Directory { get; init; }

    /// <summary>Its name; null means what the files or the directory say.</summary>
    public string? Name { get; init; }

    /// <summary>Files of variables, absolute; empty means <c>.env</c> in the project's directory.</summary>
    public ImmutableArray<string> EnvironmentFiles { get; init; } = [];

    /// <summary>Variables of the shell, which win over files.</summary>
    public ImmutableDictionary<string, string> Environment { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>Profiles that are switched on.</summary>
    public ImmutableArray<string> Profiles { get; init; } = [];
}
