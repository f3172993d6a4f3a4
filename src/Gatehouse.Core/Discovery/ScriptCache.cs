using System.Collections.Immutable;
using Gatehouse.Core.Discovery.Scanning;

namespace Gatehouse.Core.Discovery;

/// <summary>
/// The scripts that commands name, each read and searched once however often it is named, and bounded in number for
/// one look at a host. Not for several threads at once.
/// </summary>
/// <param name="read">Hands over their texts.</param>
public sealed class ScriptCache(ReadScript read)
{
    private const int ScriptsMax = 500; // Of one look; a busy house has a few dozen.
    private const int ModulesMax = 8; // Of one script; people split one into a handful.
    private const int ImportsMax = 60; // Modules that a script names, most of which lie elsewhere.

    private const string Python = ".py";

    private readonly Dictionary<string, ImmutableArray<Evidence>> _evidence = new(StringComparer.Ordinal);

    /// <summary>The clues in a script; none when it cannot be read.</summary>
    /// <param name="path">An absolute path.</param>
    public ImmutableArray<Evidence> Evidence(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (_evidence.TryGetValue(path, out var known))
            return known;
        if (_evidence.Count >= ScriptsMax || read(path) is not { } text)
            return _evidence.Count < ScriptsMax ? _evidence[path] = [] : [];
        ImmutableArray<Evidence> evidence = [.. EvidenceText.FindInScript(path, text), .. CluesOfModules(path, text)];
        _evidence[path] = evidence;
        return evidence;
    }

    /// <summary>
    /// The clues in modules that lie beside a script of Python. Theirs are not followed further; that one of them only
    /// looks after models says nothing of the script.
    /// </summary>
    private IEnumerable<Evidence> CluesOfModules(string path, string text)
    {
        if (!path.EndsWith(Python, StringComparison.Ordinal))
            return [];
        var folder = path[..(path.LastIndexOf('/') + 1)];
        return ImportScan.Modules(text).Take(ImportsMax).Select(name => $"{folder}{name}{Python}")
            .Where(module => module != path).Select(module => (Path: module, Text: read(module)))
            .Where(static module => module.Text is not null).Take(ModulesMax)
            .SelectMany(static module => EvidenceText.FindInScript(module.Path, module.Text!))
            .Where(static piece => piece.Kind != EvidenceKind.Upkeep);
    }

    /// <summary>The text of a file of variables; null when it cannot be read.</summary>
    /// <param name="path">An absolute path.</param>
    public string? Text(string path) => read(path);
}
