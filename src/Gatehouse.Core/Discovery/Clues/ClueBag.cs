using System.Collections.Immutable;

namespace Gatehouse.Core.Discovery.Clues;

/// <summary>Gathers the clues of one sight: each once, bounded in number, and made fit to be shown.</summary>
internal sealed class ClueBag
{
    private const int CluesMax = 100; // Of one sight; evidence beyond that convinces nobody more.

    private readonly List<Clue> _clues = [];
    private readonly HashSet<(ClueKind, string)> _seen = [];

    /// <summary>Whether there is anything but powers: most programs of a system have those, and no model.</summary>
    public bool IsEvidence => _clues.Exists(static clue => clue.Kind is not (ClueKind.Power or ClueKind.Upkeep));

    /// <summary>Whether a command fetched, listed or checked models.</summary>
    public bool SawUpkeep { get; set; }

    /// <summary>Whether a command started a program of which nothing is known.</summary>
    public bool SawOther { get; set; }

    /// <summary>
    /// Whether commands of the shell were seen that start nothing unknown and ask no model: variables that stand
    /// beside them say nothing.
    /// </summary>
    public bool IsSeenWhole => !SawOther && !Has(ClueKind.ModelUrl, ClueKind.ModelClient, ClueKind.ModelServer);

    /// <summary>Says that all commands together only look after models, where that is so.</summary>
    public void CloseCommands(string where)
    {
        if (SawUpkeep && !SawOther)
            Add(ClueKind.Upkeep, where, "looks after models");
    }

    public void Add(ClueKind kind, string where, string value)
    {
        var shown = ShownWord.Of(value);
        if (shown.Length > 0 && _clues.Count < CluesMax && _seen.Add((kind, shown)))
            _clues.Add(new Clue(kind, ShownWord.Where(where), shown));
    }

    public void AddRange(IEnumerable<Clue> clues)
    {
        foreach (var clue in clues)
            Add(clue.Kind, clue.Where, clue.Value);
    }

    public bool Has(params ReadOnlySpan<ClueKind> kinds)
    {
        foreach (var clue in _clues)
        {
            if (kinds.Contains(clue.Kind))
                return true;
        }
        return false;
    }

    public ImmutableArray<Clue> ToImmutable() => [.. _clues];
}
