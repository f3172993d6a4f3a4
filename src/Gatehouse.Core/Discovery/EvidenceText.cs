using System.Collections.Immutable;
using Gatehouse.Core.Discovery.Scanning;
using Gatehouse.Core.Engine;
using Gatehouse.Core.Syntax;

namespace Gatehouse.Core.Discovery;

/// <summary>
/// Finds evidence in free text: command lines, scripts, URLs, variables. The value of a sink or a source begins with
/// its kind in one word, as <c>discord https://discord.com</c> or <c>rss https://example.org/feed.xml</c>. What may be
/// a secret is never handed on: a URL comes without user, password and query, a sink's URL without its path too.
/// </summary>
public static class EvidenceText
{
    /// <summary>Characters of one text that are looked at: scripts of people are far shorter.</summary>
    public const int TextMax = 256 * 1024;

    private const int LinesMax = 20_000; // Lines of one text.
    private const int LineMax = 16 * 1024; // Characters of one line; what is longer is data and no code.

    /// <summary>Evidence in a text of one or more lines, code or not.</summary>
    /// <param name="where">Where the text is; the number of the line is added when there are several.</param>
    /// <param name="text">The text.</param>
    public static ImmutableArray<Evidence> Find(string where, string text)
    {
        ArgumentNullException.ThrowIfNull(where);
        ArgumentNullException.ThrowIfNull(text);
        var bag = new EvidenceBag();
        AddLines(bag, where, text, isCommand: false);
        return bag.ToImmutable();
    }

    /// <summary>Evidence in a command line, or in a script of the shell.</summary>
    /// <param name="where">Where it is; the number of the line is added when there are several.</param>
    /// <param name="command">The command line or the script.</param>
    public static ImmutableArray<Evidence> FindInCommand(string where, string command)
        => FindInCommand(where, command, null);

    /// <summary>The same, with variables that the command is given.</summary>
    internal static ImmutableArray<Evidence> FindInCommand(string where, string command, ShellVariables? variables)
    {
        ArgumentNullException.ThrowIfNull(where);
        ArgumentNullException.ThrowIfNull(command);
        var bag = new EvidenceBag();
        AddLines(bag, where, command, isCommand: true, given: variables);
        bag.CloseCommands(where);
        return bag.ToImmutable();
    }

    /// <summary>Evidence in the arguments of a program that was started without a shell.</summary>
    /// <param name="where">Where they are.</param>
    /// <param name="arguments">The program and its arguments.</param>
    public static ImmutableArray<Evidence> FindInArguments(string where, IReadOnlyList<string> arguments)
    {
        ArgumentNullException.ThrowIfNull(where);
        ArgumentNullException.ThrowIfNull(arguments);
        var bag = new EvidenceBag();
        CommandScan.AddCommand(bag, where, [.. arguments.Take(ShellWords.WordsMax).Select(Bounded)]);
        foreach (var argument in arguments.Take(ShellWords.WordsMax))
            AddLine(bag, where, Bounded(argument), posts: false);
        var whole = Bounded(string.Join(' ', arguments.Take(ShellWords.WordsMax)));
        ModelScan.Add(bag, where, whole);
        new ScriptUrls(arguments.Take(ShellWords.WordsMax).Select(Bounded)).Add(bag, where, whole);
        bag.CloseCommands(where);
        return bag.ToImmutable();
    }

    /// <summary>Whether a container's command is one of the shell that is known whole and asks no model.</summary>
    /// <param name="command">The program and its arguments.</param>
    internal static bool IsIdle(IReadOnlyList<string> command)
    {
        if (command is not [var shell, "-c" or "-ec" or "-lc", var text]
            || shell[(shell.LastIndexOf('/') + 1)..] is not ("sh" or "bash" or "ash"))
        {
            return false;
        }
        var bag = new EvidenceBag();
        AddLines(bag, "command", Bounded(text), isCommand: true);
        return bag.IsSeenWhole;
    }

    /// <summary>
    /// Evidence in a script: its first line says whether it is one of the shell, else the end of its name does.
    /// </summary>
    /// <param name="path">Where it lies.</param>
    /// <param name="text">The content of the file.</param>
    public static ImmutableArray<Evidence> FindInScript(string path, string text)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(text);
        if (text.AsSpan(0, Math.Min(text.Length, 4096)).Contains('\0'))
            return [];
        return IsShellScript(path, text) ? FindInCommand(path, text) : Find(path, text);
    }

    /// <summary>Evidence in a script of the shell that shares its variables with other texts.</summary>
    /// <param name="path">Where it lies.</param>
    /// <param name="text">What stands in it.</param>
    /// <param name="around">Texts whose variables it uses: those that it takes in, or that take it in.</param>
    internal static ImmutableArray<Evidence> FindInShell(string path, string text, IReadOnlyList<string> around)
    {
        var bag = new EvidenceBag();
        AddLines(bag, path, text, isCommand: true, around);
        bag.CloseCommands(path);
        return bag.ToImmutable();
    }

    /// <summary>Whether a file is a script of the shell.</summary>
    internal static bool IsShellScript(string path, string text)
    {
        if (text.AsSpan(0, Math.Min(text.Length, 4096)).Contains('\0'))
            return false;
        var first = text.AsSpan(0, Math.Max(0, text.IndexOf('\n', StringComparison.Ordinal)));
        return first.StartsWith("#!") ? IsShell(first) : HasNoOtherEnd(path);
    }

    /// <summary>Evidence in a variable: whose key it holds, or the URL or the model that it names.</summary>
    /// <param name="variable">The variable, a secret value already dropped.</param>
    public static ImmutableArray<Evidence> FindInVariable(EnvironmentFact variable)
    {
        ArgumentNullException.ThrowIfNull(variable);
        var bag = new EvidenceBag { Variable = variable.Name };
        var where = $"env {variable.Name}";
        if (KeyNames.IsModelKey(variable.Name) && !variable.IsPlaceholder)
            bag.Add(EvidenceKind.ModelKey, where, variable.Name);
        else if (KeyNames.IsSinkKey(variable.Name))
            bag.Add(EvidenceKind.SinkKey, where, variable.Name);
        if (variable.Value is { Length: > 0 } value && !KeyNames.IsOfPage(variable.Name))
        {
            if (KeyNames.IsModelAddress(variable.Name) || (KeyNames.MayBeModelAddress(variable.Name)
                && ParsedUrl.TryParse(value) is { Scheme: "http" or "https", IsLocal: true } url
                && (url.Path.Length < 2 || url.Path.StartsWith("/v1", StringComparison.Ordinal))))
            {
                UrlScan.AddAddress(bag, where, variable.Name, Bounded(value));
            }
            else
            {
                UrlScan.Add(bag, where, Bounded(value), posts: false);
            }
            ModelScan.AddVariable(bag, where, variable.Name, value);
            if (KeyNames.IsModelProvider(variable.Name) && KnownApis.OfName(value) is { } provider)
                bag.Add(EvidenceKind.ModelProvider, where, provider.Word);
        }
        return bag.ToImmutable();
    }

    private static void AddLines(
        EvidenceBag bag, string where, string text, bool isCommand, IReadOnlyList<string>? around = null,
        ShellVariables? given = null)
    {
        text = text.Length > TextMax ? text[..TextMax] : text;
        var lines = text.Split('\n', LinesMax + 1);
        string[] others = [.. (around ?? []).SelectMany(static one => one.Split('\n', LinesMax + 1))];
        var urls = new ScriptUrls(lines.Concat(others)
            .Where(static line => line.Length <= LineMax && !IsComment(line)));
        var variables = given ?? new ShellVariables();
        foreach (var words in others.Where(static line => line.Length <= LineMax).SelectMany(ShellWords.Commands))
            variables.Take(words);
        var (joined, arrays) = ("", new ShellArrays());
        for (var at = 0; at < Math.Min(lines.Length, LinesMax); at++)
        {
            var line = joined + lines[at].TrimEnd('\r');
            joined = "";
            if (isCommand && line.EndsWith('\\') && at + 1 < lines.Length && line.Length < LineMax)
            {
                joined = line[..^1];
                continue;
            }
            if (line.Length > LineMax || IsComment(line))
                continue;
            var place = lines.Length == 1 ? where : $"{where}:{at + 1}";
            if (isCommand)
                CommandScan.Add(bag, place, arrays.Read(line), variables);
            AddLine(bag, place, line, UrlScan.Posts(line));
            urls.Add(bag, place, line);
            ModelScan.Add(bag, place, line);
        }
    }

    private static void AddLine(EvidenceBag bag, string where, string line, bool posts)
    {
        UrlScan.Add(bag, where, line, posts);
        foreach (var word in new WordSplit(line))
        {
            if (!KeyNames.IsVariable(word))
                continue;
            var name = word.ToString();
            if (KeyNames.IsModelKey(name))
                bag.Add(EvidenceKind.ModelKey, where, name);
            else if (KeyNames.IsSinkKey(name))
                bag.Add(EvidenceKind.SinkKey, where, name);
        }
        ImportScan.Add(bag, where, line);
    }

    private static string Bounded(string text) => text.Length > LineMax ? text[..LineMax] : text;

    private static bool IsComment(string line)
    {
        var start = line.AsSpan().TrimStart();
        return start.StartsWith("#") || start.StartsWith("//");
    }

    private static bool IsShell(ReadOnlySpan<char> first)
        => first.TrimEnd().EndsWith("sh") || first.Contains("sh ", StringComparison.Ordinal);

    private static bool HasNoOtherEnd(string path)
    {
        var name = path[(path.LastIndexOf('/') + 1)..];
        return name.EndsWith("sh", StringComparison.Ordinal) || !name.Contains('.', StringComparison.Ordinal);
    }
}
