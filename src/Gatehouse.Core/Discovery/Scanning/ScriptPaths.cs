using System.Buffers;
using System.Collections.Immutable;
using Gatehouse.Core.Syntax;

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
    /// <param name="values">Variables that it is given; null when there are none.</param>
    public static ImmutableArray<string> Of(
        string command, string? folder, string? home, ShellVariables? values = null)
    {
        var found = ImmutableArray.CreateBuilder<string>();
        foreach (var written in ShellWords.Commands(command))
        {
            values?.Take(written);
            string[] words = values is null ? written : [.. written.Select(values.ExpandKnown)];
            if (words is ["cd", var place, ..])
            {
                folder = Absolute(place, folder, home) ?? folder;
                continue;
            }
            foreach (var word in words)
            {
                if (found.Count < PathsMax && IsScript(word) && Absolute(word, folder, home) is { } path
                    && !IsOfSystem(path) && !found.Contains(path) && Packages.OfPath(path) is null)
                {
                    found.Add(path);
                }
            }
        }
        return found.ToImmutable();
    }

    /// <summary>Whether a path is one of the system's own programs or no file at all.</summary>
    public static bool IsOfSystem(string path)
        => NotScripts.Any(start => path.StartsWith(start, StringComparison.Ordinal));

    private static bool IsScript(string word) => !word.StartsWith('-') && word.Length is > 1 and < 1024
        && !word.Contains("://", StringComparison.Ordinal) && !word.Contains('\0', StringComparison.Ordinal)
        && (word.StartsWith('/') || word.StartsWith("./", StringComparison.Ordinal)
            || word.StartsWith("~/", StringComparison.Ordinal) || word.StartsWith("$HOME/", StringComparison.Ordinal)
            || ScriptEnds.Any(end => word.EndsWith(end, StringComparison.Ordinal)));

    /// <summary>The absolute path without <c>.</c> and <c>..</c>; null when it cannot be determined.</summary>
    public static string? Absolute(string word, string? folder, string? home)
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

/// <summary>
/// URLs that a script keeps in a variable and joins with a route later, as <c>$OLLAMA_URL/api/generate</c>. What a
/// variable holds is taken from the script itself; one that comes from outside still tells that a model is called.
/// </summary>
internal sealed class ScriptUrls
{
    private const int VariablesMax = 200; // Of one script; people write a handful.
    private const int DefaultMax = 300; // Characters of `${NAME:-…}`.

    private static readonly SearchValues<char> UrlEnds = SearchValues.Create(" \t\r\n\"'`<>|;,)}]\\");
    private static readonly string[] Declares = ["export", "readonly", "local", "const", "let", "var", ":"];

    private readonly Dictionary<string, ParsedUrl> _values = new(StringComparer.Ordinal);

    public ScriptUrls(IEnumerable<string> lines)
    {
        foreach (var line in lines)
        {
            if (_values.Count < VariablesMax && line.IndexOf("://", StringComparison.Ordinal) is > 0 and var mark)
                Take(line, mark);
        }
    }

    /// <summary>Adds the calls of a line, and notes where it only looks after models.</summary>
    public void Add(EvidenceBag bag, string where, string line)
    {
        // A route stands behind a variable only in a line that has both.
        if (!line.Contains('/', StringComparison.Ordinal) || line.AsSpan().IndexOfAny('$', '{', '+') < 0) return;
        foreach (var route in HostedApis.Routes)
        {
            for (var at = line.IndexOf(route, StringComparison.Ordinal); at >= 0;
                at = line.IndexOf(route, at + route.Length, StringComparison.Ordinal))
            {
                var end = at + route.Length;
                while (end < line.Length && IsPathLetter(line[end]))
                    end++;
                if (Before(line, at) is ({ } name, var path))
                    Note(bag, where, name, path + line[at..end]);
            }
        }
    }

    private void Note(EvidenceBag bag, string where, string name, string path)
    {
        if (HostedApis.IsUpkeepPath(path))
        {
            bag.SawUpkeep = true;
        }
        else if (HostedApis.IsCallPath(path))
        {
            bag.Add(EvidenceKind.ModelClient, where, $"calls {path}");
            if (_values.TryGetValue(name, out var url)
                && DisplayWord.Url(url with { Path = url.Path.TrimEnd('/') + path }, withPath: true) is { } place)
            {
                bag.Add(EvidenceKind.ModelUrl, where, place);
            }
        }
    }

    /// <summary><c>NAME=http://…</c>, with words before it or a call around it, and <c>${NAME:-http://…}</c>.</summary>
    private void Take(string line, int mark)
    {
        var start = mark;
        while (start > 0 && char.IsAsciiLetter(line[start - 1]))
            start--;
        var length = line.AsSpan(mark + 3).IndexOfAny(UrlEnds);
        var url = ParsedUrl.TryParse(length < 0 ? line[start..] : line[start..(mark + 3 + length)]);
        if (url is null || url.Host.Contains('$', StringComparison.Ordinal)) return;
        var before = line[..start].TrimEnd('"', '\'');
        if (before is [.., '-' or '='] && before.LastIndexOf("${", StringComparison.Ordinal) is >= 0 and var open
            && NameAt(before, open + 2) is { Length: > 0 } defaulted)
        {
            _values.TryAdd(defaulted, url);
        }
        if (before.IndexOf('=', StringComparison.Ordinal) is > 0 and var sign
            && before[..sign].TrimEnd(' ', ':').Split(' ', StringSplitOptions.RemoveEmptyEntries)
                is [.. var words, var name] && words.All(Declares.Contains) && name.All(IsNameLetter))
        {
            _values.TryAdd(name, url);
        }
    }

    /// <summary>The variable that stands before a route, and what stands between the two.</summary>
    private static (string? Name, string Path) Before(string line, int at)
    {
        var start = at;
        while (start > 0 && IsPathLetter(line[start - 1]))
            start--;
        var token = line[start..at];
        if (start == 0) return (null, "");
        var slash = token.IndexOf('/', StringComparison.Ordinal);
        var path = slash < 0 ? "" : token[slash..];
        switch (line[start - 1])
        {
            case '$' when (slash < 0 ? token : token[..slash]) is { Length: > 0 } plain && plain.All(IsNameLetter):
                return (plain, path);
            case '}' when slash is 0 or -1
                && line.LastIndexOf('{', start - 1, Math.Min(start, DefaultMax)) is >= 0 and var open:
                return (NameAt(line, open + 1) is { Length: > 0 } inside ? inside : null, path);
            case '"' or '\'' or '`':
                var left = line.AsSpan(0, start - 1).TrimEnd();
                var isAdded = left.EndsWith("+");
                left = isAdded ? left[..^1].TrimEnd() : left;
                var from = left.Length;
                while (from > 0 && IsNameLetter(left[from - 1]))
                    from--;
                var isVariable = isAdded || (from > 0 && left[from - 1] == '$');
                return (isVariable && from < left.Length ? left[from..].ToString() : null, path);
            default:
                return (null, "");
        }
    }

    private static string NameAt(string line, int at)
    {
        var end = at;
        while (end < line.Length && IsNameLetter(line[end]))
            end++;
        return line[at..end];
    }

    private static bool IsNameLetter(char letter) => char.IsAsciiLetterOrDigit(letter) || letter == '_';

    private static bool IsPathLetter(char letter) => IsNameLetter(letter) || letter is '/' or '.' or '-';
}
