using System.Buffers;
using System.Collections.Immutable;

namespace Gatehouse.Core.Discovery.Scanning;

/// <summary>Finds the scripts that a command line starts, so that what it does can be read there.</summary>
internal static class ScriptPaths
{
    private const int PathsMax = 4; // Files of one command line that are read.

    private static readonly string[] NotScripts =
        ["/dev/", "/proc/", "/sys/", "/bin/", "/sbin/", "/usr/bin/", "/usr/sbin/"];

    // What a shell would put something else in the place of.
    private static readonly SearchValues<char> Open = SearchValues.Create("$*?[]{}%");

    private static readonly string[] ScriptEnds =
        [".sh", ".py", ".js", ".mjs", ".cjs", ".ts", ".rb", ".pl", ".php", ".lua", ".bash", ".zsh", ".ps1", ".env"];

    /// <summary>The paths, absolute, the first word's first.</summary>
    /// <param name="command">The command line.</param>
    /// <param name="folder">The folder in which it starts; null when that is not known.</param>
    /// <param name="home">The home of its user; null when that is not known.</param>
    public static ImmutableArray<string> Of(string command, string? folder, string? home)
    {
        var found = ImmutableArray.CreateBuilder<string>();
        foreach (var words in ShellWords.Commands(command))
        {
            if (words is ["cd", var place, ..])
                folder = Absolute(place, folder, home) ?? folder;
            foreach (var word in words)
            {
                if (found.Count < PathsMax && IsScript(word) && Absolute(word, folder, home) is { } path
                    && !NotScripts.Any(start => path.StartsWith(start, StringComparison.Ordinal))
                    && !found.Contains(path))
                {
                    found.Add(path);
                }
            }
        }
        return found.ToImmutable();
    }

    private static bool IsScript(string word) => !word.StartsWith('-') && word.Length is > 1 and < 1024
        && !word.Contains("://", StringComparison.Ordinal) && !word.Contains('\0', StringComparison.Ordinal)
        && (word.StartsWith('/') || word.StartsWith("./", StringComparison.Ordinal)
            || word.StartsWith("~/", StringComparison.Ordinal) || word.StartsWith("$HOME/", StringComparison.Ordinal)
            || ScriptEnds.Any(end => word.EndsWith(end, StringComparison.Ordinal)));

    /// <summary>The absolute path without <c>.</c> and <c>..</c>; null when it cannot be told.</summary>
    private static string? Absolute(string word, string? folder, string? home)
    {
        if (word.StartsWith("~/", StringComparison.Ordinal))
            word = home is null ? "" : home + word[1..];
        else if (word.StartsWith("$HOME/", StringComparison.Ordinal))
            word = home is null ? "" : home + word[5..];
        else if (!word.StartsWith('/'))
            word = (folder ?? home) is { } start ? $"{start}/{word}" : "";
        if (word.Length == 0 || word.AsSpan().IndexOfAny(Open) >= 0)
            return null;
        var parts = new List<string>();
        foreach (var part in word.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part == ".." && parts.Count > 0)
                parts.RemoveAt(parts.Count - 1);
            else if (part is not ("." or ".."))
                parts.Add(part);
        }
        return "/" + string.Join('/', parts);
    }
}
