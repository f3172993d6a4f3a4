using System.Collections.Immutable;

namespace Gatehouse.Core.Discovery.HomeAssistant;

/// <summary>
/// Finds the files and folders that a configuration of Home Assistant takes in for its automations, scripts, commands
/// and packages. What another section takes in is passed over, and so is what the files that were taken in name.
/// </summary>
public static class HomeIncludes
{
    private const int IncludesMax = 50; // Of one file; people write about ten.
    private const int LinesMax = 5_000; // Lines in which they are looked for.

    private static readonly string[] Sections =
        ["automation", "script", "rest_command", "shell_command", "packages"];

    private static readonly (string Tag, HomeIncludeKind Kind)[] Tags =
    [
        ("!include_dir_merge_list ", HomeIncludeKind.Folder), ("!include_dir_merge_named ", HomeIncludeKind.Folder),
        ("!include_dir_list ", HomeIncludeKind.FolderOfEach), ("!include_dir_named ", HomeIncludeKind.FolderOfEach),
        ("!include ", HomeIncludeKind.File),
    ];

    /// <summary>What a configuration takes in.</summary>
    /// <param name="folder">The folder of the configuration.</param>
    /// <param name="text">What stands in its main file.</param>
    public static ImmutableArray<HomeInclude> Of(string folder, string text)
    {
        ArgumentNullException.ThrowIfNull(folder);
        ArgumentNullException.ThrowIfNull(text);
        var found = ImmutableArray.CreateBuilder<HomeInclude>();
        foreach (var line in text.Split('\n', LinesMax + 1).Take(LinesMax).Select(static line => line.Trim()))
        {
            var cut = line.IndexOf(':', StringComparison.Ordinal);
            // A section may stand there several times, each with a word of its own, as `automation kitchen`.
            if (cut <= 0 || found.Count == IncludesMax || !Sections.Contains(line[..cut].Split(' ')[0])) continue;
            var value = line[(cut + 1)..].TrimStart();
            foreach (var (tag, kind) in Tags)
            {
                if (value.StartsWith(tag, StringComparison.Ordinal)
                    && PathIn(folder, value[tag.Length..]) is { } path)
                {
                    found.Add(new HomeInclude(line[..cut].Split(' ')[0], path, kind));
                }
            }
        }
        return found.ToImmutable();
    }

    private static string? PathIn(string folder, string text)
    {
        const string Inside = "/config/"; // Where a container has the folder.
        var path = text.Split('#')[0].Trim().Trim('"', '\'').TrimEnd('/');
        if (path.StartsWith(Inside, StringComparison.Ordinal)) path = path[Inside.Length..];
        if (path.StartsWith("./", StringComparison.Ordinal)) path = path[2..];
        return path.Length == 0 || path.StartsWith('/') || path.Split('/').Contains("..") ? null : $"{folder}/{path}";
    }
}

/// <summary>One file or folder that a configuration of Home Assistant takes in.</summary>
/// <param name="Section">The section that it fills, as <c>automation</c>.</param>
/// <param name="Path">Where it lies.</param>
/// <param name="Kind">What lies there.</param>
public sealed record HomeInclude(string Section, string Path, HomeIncludeKind Kind);

/// <summary>What lies where a configuration of Home Assistant takes something in.</summary>
public enum HomeIncludeKind
{
    /// <summary>A file with the whole section.</summary>
    File,

    /// <summary>A folder, each file of which holds several entries of the section.</summary>
    Folder,

    /// <summary>A folder, each file of which is one entry of the section.</summary>
    FolderOfEach,
}
