using System.Buffers;

namespace Gatehouse.Core.Guards;

/// <summary>
/// Words that a detector begins at, found in one vectorised pass over the text, in any case of letters. The end of what
/// has come may be the beginning of one.
/// </summary>
public sealed class Keywords
{
    private readonly SearchValues<string> _any;
    private readonly string[] _sorted;
    private readonly int _longest;

    /// <summary>Prepares a set of words.</summary>
    /// <param name="words">The words; ASCII.</param>
    public Keywords(IEnumerable<string> words)
    {
        _sorted = [.. words.Select(word => word.ToLowerInvariant()).Distinct().Order(StringComparer.Ordinal)];
        _any = SearchValues.Create(_sorted, StringComparison.OrdinalIgnoreCase);
        _longest = _sorted.Max(word => word.Length);
    }

    /// <summary>
    /// The first place from here on where one of the words begins; the text's length if there is none. If the text ends
    /// within what may become one, that place is answered and the cursor has read the end.
    /// </summary>
    public int Next(ref TextCursor text, int from)
    {
        var rest = text.Text[Math.Min(from, text.Text.Length)..];
        var at = rest.IndexOfAny(_any);
        // What begins before it, and may become a longer word around it, comes first.
        var behind = at < 0 ? 0 : rest.Length - at;
        for (var length = text.IsWhole ? 0 : Math.Min(_longest - 1, rest.Length); length > behind; length--)
        {
            if (!BeginsOne(rest[^length..]))
                continue;
            // Whatever stands there next decides.
            _ = text[text.Text.Length];
            return text.Text.Length - length;
        }

        return at < 0 ? text.Text.Length : from + at;
    }

    private bool BeginsOne(ReadOnlySpan<char> start)
    {
        Span<char> lower = stackalloc char[start.Length];
        start.ToLowerInvariant(lower);
        var (low, high) = (0, _sorted.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_sorted[middle].AsSpan().SequenceCompareTo(lower) < 0)
                low = middle + 1;
            else
                high = middle;
        }

        return low < _sorted.Length && _sorted[low].AsSpan().StartsWith(lower);
    }
}
