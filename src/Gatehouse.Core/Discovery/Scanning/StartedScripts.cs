using System.Collections.Immutable;

namespace Gatehouse.Core.Discovery.Scanning;

/// <summary>Finds the scripts that a script of Python starts by their path.</summary>
internal static class StartedScripts
{
    private const int PathsMax = 4; // Scripts of one script that are read.
    private const int LinesMax = 5_000; // Lines in which they are looked for.
    private const int CallMax = 400; // Letters behind the call in which its first words stand.
    private const int WordsMax = 3; // Words of the command: an interpreter, an option, and the script.

    private const string AsText = "str("; // Around a path that is no text.

    private static readonly string[] Calls =
    [
        "subprocess.run(", "subprocess.call(", "subprocess.check_call(", "subprocess.check_output(", "Popen(",
        "create_subprocess_exec(", "os.execv(", "os.system(", "os.popen(",
    ];

    /// <summary>The paths.</summary>
    /// <param name="text">What stands in the script that starts them.</param>
    /// <param name="folder">Its own folder, where scripts lie that it names without one; null to leave them out.
    /// </param>
    public static ImmutableArray<string> Of(string text, string? folder = null)
    {
        if (!Calls.Any(call => text.Contains(call, StringComparison.Ordinal))) return [];
        var constants = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in text.Split('\n', LinesMax + 1).Take(LinesMax))
        {
            if (line.IndexOf('=', StringComparison.Ordinal) is > 0 and var cut && line[..cut].Trim() is { } name
                && name.All(IsNameLetter) && Quoted(line[(cut + 1)..]) is { } value)
            {
                constants.TryAdd(name, value);
            }
        }
        var found = ImmutableArray.CreateBuilder<string>();
        foreach (var call in Calls)
        {
            for (var at = text.IndexOf(call, StringComparison.Ordinal); at >= 0 && found.Count < PathsMax;
                at = text.IndexOf(call, at + call.Length, StringComparison.Ordinal))
            {
                var start = at + call.Length;
                var words = text[start..Math.Min(text.Length, start + CallMax)].Split(',').Take(WordsMax)
                    .Select(word => PathIn(word, constants, folder));
                if (words.OfType<string>().FirstOrDefault() is { } path && !found.Contains(path)) found.Add(path);
            }
        }
        return found.ToImmutable();
    }

    /// <summary>The path of a script in one word of a call, written there or in a constant; null without one.</summary>
    private static string? PathIn(string word, Dictionary<string, string> constants, string? folder)
    {
        var plain = word.Trim().TrimStart('[', '(', ' ', '\n', '\r', '\t');
        plain = plain.StartsWith(AsText, StringComparison.Ordinal) ? plain[AsText.Length..] : plain;
        var name = new string([.. plain.TakeWhile(IsNameLetter)]);
        var said = Quoted(plain) ?? constants.GetValueOrDefault(name);
        var path = said?.Split(' ')[0];
        // Beside a script of Python lie others of its own; a program without a folder is one of the system.
        if (path?.StartsWith('/') == false && folder is not null && path.EndsWith(".py", StringComparison.Ordinal))
            return ScriptPaths.Absolute(path, folder, null);
        return path?.StartsWith('/') == true && ScriptPaths.Absolute(path, null, null) is { } whole
            && !ScriptPaths.IsOfSystem(whole) ? whole : null;
    }

    /// <summary>The text in quotes at the start, also where it is made a path.</summary>
    private static string? Quoted(string text)
    {
        var rest = text.TrimStart();
        foreach (var call in (ReadOnlySpan<string>)["pathlib.Path(", "Path("])
        {
            if (rest.StartsWith(call, StringComparison.Ordinal)) rest = rest[call.Length..];
        }
        if (rest.Length < 2 || rest[0] is not ('"' or '\'')) return null;
        var close = rest.IndexOf(rest[0], 1);
        return close < 0 ? null : rest[1..close];
    }

    private static bool IsNameLetter(char letter) => char.IsAsciiLetterOrDigit(letter) || letter == '_';
}
