using System.Collections.Immutable;

namespace Gatehouse.Core.Discovery;

/// <summary>
/// The scripts that commands name, each read and searched once however often it is named, and bounded in number for
/// one look at a host. Not for several threads at once.
/// </summary>
/// <param name="read">Hands over their texts.</param>
public sealed class ScriptCache(ReadScript read)
{
    private const int ScriptsMax = 500; // Of one look; a busy house has a few dozen.

    private readonly Dictionary<string, ImmutableArray<Evidence>> _evidence = new(StringComparer.Ordinal);

    /// <summary>The clues in a script; none when it cannot be read.</summary>
    /// <param name="path">An absolute path.</param>
    public ImmutableArray<Evidence> Evidence(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (_evidence.TryGetValue(path, out var known))
            return known;
        var evidence = _evidence.Count < ScriptsMax && read(path) is { } text ? EvidenceText.FindInScript(path, text)
            : [];
        if (_evidence.Count < ScriptsMax)
            _evidence.Add(path, evidence);
        return evidence;
    }

    /// <summary>The text of a file of variables; null when it cannot be read.</summary>
    /// <param name="path">An absolute path.</param>
    public string? Text(string path) => read(path);
}
