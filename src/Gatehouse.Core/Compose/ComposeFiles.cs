using System.Collections.Immutable;

namespace Gatehouse.Core.Compose;

/// <summary>The files that Compose takes when none are named.</summary>
public static class ComposeFiles
{
    /// <summary>The names, the preferred first.</summary>
    public static ImmutableArray<string> Names { get; } =
        ["compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml"];

    /// <summary>The names of the files that are laid over those of <see cref="Names"/>.</summary>
    public static ImmutableArray<string> OverrideNames { get; } =
    [
        "compose.override.yaml", "compose.override.yml", "docker-compose.override.yaml", "docker-compose.override.yml",
    ];

    /// <summary>The paths of a directory's files: the first of the names, and the first override beside it.</summary>
    /// <param name="directory">The directory.</param>
    /// <param name="isThere">Whether there is a file at a path.</param>
    public static ImmutableArray<string> In(string directory, Func<string, bool> isThere)
    {
        ArgumentNullException.ThrowIfNull(isThere);
        var file = First(Names);
        return file is null ? [] : First(OverrideNames) is { } over ? [file, over] : [file];

        string? First(ImmutableArray<string> names)
            => names.Select(name => ComposePath.Join(directory, name)).FirstOrDefault(isThere);
    }
}
