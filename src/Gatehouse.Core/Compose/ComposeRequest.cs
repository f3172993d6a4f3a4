using System.Collections.Immutable;
using System.Text;

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

/// <summary>Where a node was read.</summary>
/// <param name="File">Path of its file.</param>
/// <param name="Directory">The directory to which its relative paths belong.</param>
internal sealed record ComposeSource(string File, string Directory);

/// <summary>Gives the text of a file; null when there is none, or when it cannot be read or is too large.</summary>
/// <param name="path">An absolute path without dots.</param>
public delegate string? ReadFile(string path);

/// <summary>Variables for interpolation: those of an outer layer win.</summary>
internal sealed class ComposeVariables(ComposeVariables? outer, IReadOnlyDictionary<string, string> own)
{
    public string? Find(string name) => outer?.Find(name) ?? own.GetValueOrDefault(name);
}

/// <summary>Opens the files of one project, and no more of them than anyone has.</summary>
internal sealed class ComposeFileSet(ReadFile read, ComposeProblems problems)
{
    private const int FilesMax = 50; // Files of one project; large ones have about 20.
    private const int BytesMax = 1 << 20; // Bytes of one file; large ones have about 50 KiB.

    private readonly Dictionary<string, string?> _texts = new(StringComparer.Ordinal);

    /// <summary>Paths of the files that were read, in their order.</summary>
    public List<string> Opened { get; } = [];

    /// <summary>The text of a file; null when there is none.</summary>
    public string? Text(string path)
    {
        if (_texts.TryGetValue(path, out var known)) return known;
        if (_texts.Count == FilesMax) problems.Add(path, 0, $"is not read: the project has more than {FilesMax} files");
        if (_texts.Count >= FilesMax) return null;
        var text = read(path);
        if (text is not null && (text.Length > BytesMax || Encoding.UTF8.GetByteCount(text) > BytesMax))
        {
            problems.Add(path, 0, "is larger than 1 MiB");
            text = null;
        }
        if (text is not null) Opened.Add(path);
        return _texts[path] = text is ['\uFEFF', ..] ? text[1..] : text;
    }

    /// <summary>The documents of a Compose file; null when it cannot be used, which is told.</summary>
    public IReadOnlyList<ComposeNode.Mapping>? Documents(ComposeSource source)
    {
        if (Text(source.File) is { } text) return ComposeTree.Parse(text, source, problems);
        problems.Add(source.File, 0, "there is no such file, or it cannot be read");
        return null;
    }

    /// <summary>The variables of a file, empty when there is none.</summary>
    /// <param name="path">Path of the file.</param>
    /// <param name="lookup">Variables from outside; null takes values as they are written.</param>
    public Dictionary<string, string> Variables(string path, Func<string, string?>? lookup) => Text(path) is { } text
        ? EnvironmentFileText.Read(text, lookup, (line, message) => problems.Add(path, line, message)) : [];
}

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
