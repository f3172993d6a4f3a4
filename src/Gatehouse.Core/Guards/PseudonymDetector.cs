namespace Gatehouse.Core.Guards;

/// <summary>Finds the tokens that stand for values of this call, however the model writes their letters.</summary>
public sealed class PseudonymDetector : TextDetector
{
    private readonly Dictionary<string, string> _values;
    private readonly Keywords _tokens;

    /// <summary>Prepares it for the tokens of one call.</summary>
    /// <param name="values">The values by their tokens; at least one.</param>
    public PseudonymDetector(IReadOnlyDictionary<string, string> values)
    {
        _values = new Dictionary<string, string>(values, StringComparer.OrdinalIgnoreCase);
        _tokens = new Keywords(_values.Keys);
    }

    private static readonly TextRule Rule =
        new("pseudonym/restore", 1, "a token of the gate's, which stands for a value of this call", "", "this call");

    /// <inheritdoc/>
    public override IReadOnlyList<TextRule> Rules => [Rule];

    /// <summary>The value that a token of this text stands for.</summary>
    public string ValueOf(ReadOnlySpan<char> token) =>
        _values.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(token, out var value) ? value : token.ToString();

    /// <inheritdoc/>
    public override int NextAnchor(ref TextCursor text, int from) => _tokens.Next(ref text, from);

    /// <inheritdoc/>
    public override int Match(ref TextCursor text, int anchor, List<Found> found)
    {
        var longest = "";
        foreach (var token in _values.Keys)
        {
            if (token.Length > longest.Length && text.Has(anchor, token))
                longest = token;
        }

        if (longest.Length == 0)
            return anchor + 1;
        found.Add(new Found(Rule, anchor, longest.Length));
        return anchor + longest.Length;
    }
}
