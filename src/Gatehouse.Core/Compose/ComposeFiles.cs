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

    /// <summary>
    /// Whether a name is one that people give to a further file beside those of <see cref="Names"/>, as
    /// <c>docker-compose.gpu.yml</c>; examples and old copies are none.
    /// </summary>
    /// <param name="name">The file's name.</param>
    public static bool IsFurther(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var lower = name.ToLowerInvariant();
        if (Names.Contains(lower) || OverrideNames.Contains(lower)) return false;
        var end = lower.EndsWith(".yaml", StringComparison.Ordinal) ? 5
            : lower.EndsWith(".yml", StringComparison.Ordinal) ? 4 : 0;
        var words = end == 0 ? [] : lower[..^end].Split('.', '-', '_');
        return words.Length is > 1 and < 6 && words.Contains("compose") && !words.Any(NoProject.Contains);
    }

    private static readonly string[] NoProject =
        ["example", "sample", "template", "old", "bak", "backup", "bk", "orig", "copy", "disabled", "dist"];

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
