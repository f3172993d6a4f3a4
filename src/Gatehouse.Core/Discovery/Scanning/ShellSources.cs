using System.Collections.Immutable;
using Gatehouse.Core.Syntax;

namespace Gatehouse.Core.Discovery.Scanning;

/// <summary>Finds the files that a script of the shell takes in with <c>source</c> or <c>.</c>.</summary>
internal static class ShellSources
{
    private const int SourcesMax = 4; // Files of one script; people keep one or two.
    private const int LinesMax = 2_000; // Lines in which they are looked for.
    private const int NestedMax = 4; // Substitutions within one line.

    // How a script names itself, the longer forms first because the shorter ones stand within them.
    private static readonly string[] OwnFolders = ["${BASH_SOURCE[0]%/*}", "${BASH_SOURCE%/*}", "${0%/*}"];
    private static readonly string[] OwnNames =
    [
        "${BASH_SOURCE[0]:-$0}", "${BASH_SOURCE:-$0}", "${BASH_SOURCE[0]}", "${BASH_SOURCE}", "$BASH_SOURCE", "${0}",
        "$0",
    ];

    // Words of the shell before a command.
    private static readonly string[] Leads = ["if", "then", "else", "do", "!", "{"];

    /// <summary>The paths, absolute, in the order in which the script takes them in.</summary>
    /// <param name="path">The script's own path.</param>
    /// <param name="text">What stands in it.</param>
    public static ImmutableArray<string> Of(string path, string text)
    {
        var found = ImmutableArray.CreateBuilder<string>();
        var (own, home) = (FolderOf(path), HomeOf(path));
        // What is named without a folder lies most likely beside the script, whose place is known.
        var folder = own;
        var values = new ShellVariables();
        if (home is not null) values.Set("HOME", home);
        foreach (var line in text.Split('\n', LinesMax + 1).Take(LinesMax).Select(static line => line.Trim()))
        {
            if (line.StartsWith('#')) continue;
            foreach (var words in ShellWords.Commands(Resolved(line, path, values)))
            {
                values.Take(words);
                string[] rest = [.. words.SkipWhile(Leads.Contains)];
                if (rest is ["cd", var place, ..])
                    folder = ScriptPaths.Absolute(values.ExpandKnown(place), folder, home) ?? folder;
                if (rest is ["source" or ".", var file, ..] && found.Count < SourcesMax
                    && ScriptPaths.Absolute(values.ExpandKnown(file), folder, home) is { } source
                    && !ScriptPaths.IsOfSystem(source) && source != path && !found.Contains(source))
                {
                    found.Add(source);
                }
            }
        }
        return found.ToImmutable();
    }

    /// <summary>The line with the script's own path, and what commands make of a path, put in.</summary>
    private static string Resolved(string line, string path, ShellVariables values)
    {
        if (!line.Contains('$', StringComparison.Ordinal)) return line;
        foreach (var form in OwnFolders) line = line.Replace(form, FolderOf(path), StringComparison.Ordinal);
        foreach (var form in OwnNames) line = line.Replace(form, path, StringComparison.Ordinal);
        for (var times = 0; times < NestedMax; times++)
        {
            // The last one that opens holds no other.
            var open = line.LastIndexOf("$(", StringComparison.Ordinal);
            var close = open < 0 ? -1 : line.IndexOf(')', open);
            if (close < 0 || PathIn(line[(open + 2)..close], values) is not { } made) break;
            line = $"{line[..open]}{made}{line[(close + 1)..]}";
        }
        return line;
    }

    /// <summary>The path that a substituted command prints; null for a command that prints none.</summary>
    private static string? PathIn(string command, ShellVariables values)
    {
        var commands = ShellWords.Commands(command);
        if (commands is not [[var program, .., var last], ..]) return null;
        var place = values.ExpandKnown(last);
        if (place.Contains('$', StringComparison.Ordinal)) return null;
        return program switch
        {
            "dirname" when place.Contains('/', StringComparison.Ordinal) => FolderOf(place),
            "realpath" or "readlink" => place,
            "cd" when commands.Skip(1).Any(static one => one[0] == "pwd") => place,
            _ => null,
        };
    }

    private static string FolderOf(string path) => path[..Math.Max(0, path.LastIndexOf('/'))];

    /// <summary>The home in which a script lies, most likely that of the user who starts it.</summary>
    private static string? HomeOf(string path) => path.Split('/') switch
    {
        ["", "root", _, ..] => "/root",
        ["", "home", var name, _, ..] => $"/home/{name}",
        _ => null,
    };
}

/// <summary>
/// What a script uses of a file that it takes in. Such files hold functions and settings for many scripts, so that a
/// function that this one never calls says nothing of it.
/// </summary>
internal static class ShellLibrary
{
    private const int LinesMax = 20_000; // Lines of one file.
    private const int FunctionsMax = 500; // Functions of one file; further ones count as used.

    /// <summary>The file's text, with the lines that the script does not use left empty.</summary>
    /// <param name="script">The script's text.</param>
    /// <param name="library">The text of the file that it takes in.</param>
    public static string UsedBy(string script, string library)
    {
        var lines = library.Split('\n', LinesMax + 1).Take(LinesMax).ToArray();
        var functions = FunctionsIn(lines);
        var words = new HashSet<string>(StringComparer.Ordinal);
        foreach (var line in script.Split('\n')) AddWords(words, line);
        var kept = new bool[lines.Length];
        // What runs as soon as the file is taken in counts, and may call functions too.
        for (var at = 0; at < lines.Length; at++)
        {
            kept[at] = functions.TrueForAll(one => at < one.First || at > one.Last) && VariableIn(lines[at]) is null;
            if (kept[at]) AddWords(words, lines[at]);
        }
        while (functions.FindIndex(one => words.Contains(one.Name)) is >= 0 and var next)
        {
            for (var at = functions[next].First; at <= functions[next].Last; at++)
            {
                kept[at] = true;
                AddWords(words, lines[at]);
            }
            functions.RemoveAt(next);
        }
        // A setting may be made of others above it.
        for (var at = lines.Length - 1; at >= 0; at--)
        {
            if (kept[at] || VariableIn(lines[at]) is not { } name || !words.Contains(name)
                || functions.Exists(one => at >= one.First && at <= one.Last))
            {
                continue;
            }
            kept[at] = true;
            AddWords(words, lines[at]);
        }
        return string.Join('\n', lines.Select((line, at) => kept[at] ? line : ""));
    }

    /// <summary>The functions with their first and last line; the last one is a brace at the start of a line.</summary>
    private static List<(string Name, int First, int Last)> FunctionsIn(string[] lines)
    {
        var functions = new List<(string, int, int)>();
        for (var at = 0; at < lines.Length && functions.Count < FunctionsMax; at++)
        {
            if (FunctionIn(lines[at]) is not { } name) continue;
            var last = at;
            while (!lines[last].TrimEnd().EndsWith('}') || (last > at && !lines[last].StartsWith('}')))
            {
                if (++last == lines.Length) break;
            }
            last = Math.Min(last, lines.Length - 1);
            functions.Add((name, at, last));
            at = last;
        }
        return functions;
    }

    /// <summary>The function that a line begins, as <c>name() {</c> or <c>function name {</c>.</summary>
    private static string? FunctionIn(string line)
    {
        const string Keyword = "function ";
        var isNamed = line.StartsWith(Keyword, StringComparison.Ordinal);
        var rest = isNamed ? line[Keyword.Length..].TrimStart() : line;
        var end = 0;
        while (end < rest.Length && IsLetter(rest[end])) end++;
        return end > 0 && (isNamed || rest[end..].TrimStart().StartsWith("()", StringComparison.Ordinal))
            ? rest[..end] : null;
    }

    private static string? VariableIn(string line)
    {
        const string Export = "export ";
        var rest = line.StartsWith(Export, StringComparison.Ordinal) ? line[Export.Length..] : line;
        var cut = rest.IndexOf('=', StringComparison.Ordinal);
        return cut > 0 && rest.AsSpan(0, cut).IndexOfAnyExcept("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
            + "0123456789_") < 0 ? rest[..cut] : null;
    }

    private static void AddWords(HashSet<string> words, string line)
    {
        if (line.AsSpan().TrimStart().StartsWith("#")) return;
        for (var at = 0; at < line.Length; at++)
        {
            var start = at;
            while (at < line.Length && IsLetter(line[at])) at++;
            if (at > start) words.Add(line[start..at]);
        }
    }

    private static bool IsLetter(char letter) => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-';
}
