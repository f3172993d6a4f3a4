using System.Text.RegularExpressions;

namespace Gatehouse.Core.Guards;

/// <summary>
/// A pattern of the user's own. What it matches may begin and end anywhere, so it is looked for when the text is whole.
/// </summary>
public sealed class PatternDetector(string id, Regex pattern) : TextDetector
{
    private const int FindsMax = 1_000;

    private readonly TextRule _rule = new($"pattern/{id}", 1, "a pattern of the estate", "", "the estate file");

    /// <inheritdoc/>
    public override IReadOnlyList<TextRule> Rules => [_rule];

    /// <inheritdoc/>
    public override int CandidateMax => int.MaxValue;

    /// <inheritdoc/>
    public override int NextAnchor(ref TextCursor text, int from) => from;

    /// <inheritdoc/>
    public override int Match(ref TextCursor text, int anchor, List<Found> found)
    {
        _ = text[text.Text.Length];
        if (!text.IsWhole)
            return text.Text.Length;
        var finds = 0;
        foreach (var match in pattern.EnumerateMatches(text.Text, anchor))
        {
            if (match.Length > 0 && finds++ < FindsMax)
                found.Add(new Found(_rule, match.Index, match.Length));
        }

        return text.Text.Length;
    }
}
