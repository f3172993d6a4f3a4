namespace Gatehouse.Core.Discovery.Scanning;

/// <summary>
/// Programs that lie as a package below <c>node_modules</c> or <c>site-packages</c> and that an interpreter starts: a
/// service that a program writes for itself names the interpreter and the package's file.
/// </summary>
internal static class Packages
{
    private const string Node = "node_modules";
    private const string Python = ".py";

    private static readonly string[] PythonFolders = ["site-packages", "dist-packages"];

    // Packages whose program has another name, as the registries have them.
    private static readonly Dictionary<string, string> Named = new(StringComparer.Ordinal)
    {
        ["@anthropic-ai/claude-code"] = "claude",
        ["@openai/codex"] = "codex",
        ["@google/gemini-cli"] = "gemini",
        ["@qwen-code/qwen-code"] = "qwen",
        ["@charmland/crush"] = "crush",
        ["opencode-ai"] = "opencode",
    };

    // Options of the interpreters with a value of their own behind them.
    private static readonly string[] Valued =
        ["-r", "--require", "--import", "--loader", "--experimental-loader", "-C", "--conditions", "-c", "--config"];

    /// <summary>Whether a program runs scripts of JavaScript.</summary>
    public static bool IsInterpreter(string program) => program is "node" or "nodejs" or "bun" or "deno" or "tsx";

    /// <summary>Whether a program runs scripts, whatever their language.</summary>
    public static bool IsAnyInterpreter(string program) => IsInterpreter(program) || IsPython(program);

    /// <summary>Whether a program is Python, with or without a version.</summary>
    public static bool IsPython(string program) => program.StartsWith("python", StringComparison.Ordinal)
        && program["python".Length..].All(static letter => char.IsAsciiDigit(letter) || letter == '.');

    /// <summary>The program that an interpreter of JavaScript starts; null when it is none that is known.</summary>
    public static (string Program, string[] Arguments)? Started(string interpreter, string[] arguments)
    {
        var at = 0;
        while (at < arguments.Length && (arguments[at].StartsWith('-')
            || (at == 0 && arguments[at] is "run" or "x" && interpreter is "bun" or "deno")
            || (at > 0 && Valued.Contains(arguments[at - 1]))))
        {
            at++;
        }
        return at < arguments.Length && OfPath(arguments[at]) is { } program ? (program, arguments[(at + 1)..]) : null;
    }

    /// <summary>The program whose package a path lies in; null when it is none that is known.</summary>
    public static string? OfPath(string path)
    {
        var parts = path.Split('/');
        var at = Array.FindLastIndex(parts, static part => part == Node || PythonFolders.Contains(part));
        if (at < 0 || at + 2 >= parts.Length) return null;
        var (first, second) = (parts[at + 1], parts[at + 2]);
        if (parts[at] != Node) return OfName(first) ?? OfModule(first);
        // Links to the programs of all packages lie in one folder; a package may have its maker before its name.
        return OfName(first == ".bin" ? second : first.StartsWith('@') ? $"{first}/{second}" : first);
    }

    /// <summary>The module that a file of Python's packages is; null for any other file.</summary>
    public static string? ModuleOf(string path)
    {
        var parts = path.Split('/');
        var at = Array.FindLastIndex(parts, PythonFolders.Contains);
        return at < 0 || at + 2 >= parts.Length || !path.EndsWith(Python, StringComparison.Ordinal) ? null
            : string.Join('.', parts[(at + 1)..])[..^Python.Length];
    }

    /// <summary>The program that a module of Python is by its whole name; a part of one may be of anybody.</summary>
    public static string? OfModule(string module) => OfName(module.Replace('_', '-'));

    private static string? OfName(string name) => Named.GetValueOrDefault(name)
        ?? (Programs.AsksOrServes(name) ? name : null);
}
