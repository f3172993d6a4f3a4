using System.Collections.Immutable;

namespace Gatehouse.Core.Discovery.Scanning;

/// <summary>Gathers the clues of one sight: each once, bounded in number, and made fit to be shown.</summary>
internal sealed class EvidenceBag
{
    private const int EvidenceMax = 100; // Of one sight; evidence beyond that convinces nobody more.

    private readonly List<Evidence> _evidence = [];
    private readonly HashSet<(EvidenceKind, string)> _seen = [];

    /// <summary>Whether there is anything but powers: most programs of a system have those, and no model.</summary>
    public bool IsEvidence => _evidence.Exists(static piece => piece.Kind is not (
        EvidenceKind.Power or EvidenceKind.Upkeep or EvidenceKind.ModelProvider));

    /// <summary>Whether a command fetched, listed or checked models.</summary>
    public bool SawUpkeep { get; set; }

    /// <summary>Whether a command started a program of which nothing is known.</summary>
    public bool SawOther { get; set; }

    /// <summary>
    /// Whether commands of the shell were seen that start nothing unknown and ask no model: variables that stand
    /// beside them say nothing.
    /// </summary>
    public bool IsSeenWhole
        => !SawOther && !Has(EvidenceKind.ModelUrl, EvidenceKind.ModelClient, EvidenceKind.ModelServer);

    /// <summary>Says that all commands together only look after models, where that is so.</summary>
    public void CloseCommands(string where)
    {
        if (SawUpkeep && !SawOther)
            Add(EvidenceKind.Upkeep, where, "looks after models");
    }

    public void Add(EvidenceKind kind, string where, string value)
    {
        var shown = DisplayWord.Of(value);
        if (shown.Length > 0 && _evidence.Count < EvidenceMax && _seen.Add((kind, shown)))
            _evidence.Add(new Evidence(kind, DisplayWord.Where(where), shown));
    }

    public void AddRange(IEnumerable<Evidence> evidence)
    {
        foreach (var piece in evidence)
            Add(piece.Kind, piece.Where, piece.Value);
    }

    /// <summary>The name of a model at one of several places, each of which may have one of that name.</summary>
    public void AddNameAt(string where, string value)
    {
        var shown = DisplayWord.Of(value);
        if (shown.Length > 0 && _evidence.Count < EvidenceMax
            && _seen.Add((EvidenceKind.ModelName, $"{where} {shown}")))
        {
            _evidence.Add(new Evidence(EvidenceKind.ModelName, DisplayWord.Where(where), shown));
        }
    }

    public bool Has(params ReadOnlySpan<EvidenceKind> kinds)
    {
        foreach (var piece in _evidence)
        {
            if (kinds.Contains(piece.Kind))
                return true;
        }
        return false;
    }

    public ImmutableArray<Evidence> ToImmutable() => [.. _evidence];
}
