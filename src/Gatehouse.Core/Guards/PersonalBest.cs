namespace Gatehouse.Core.Guards;

/// <summary>
/// The best of what may begin at one place: nearest to a word that says what it is, then the longest, then the first
/// that was offered.
/// </summary>
internal struct PersonalBest
{
    /// <summary>The rule; null where nothing was offered.</summary>
    public TextRule? Rule { get; private set; }

    /// <summary>Where it begins.</summary>
    public int Start { get; private set; }

    /// <summary>The character after it.</summary>
    public int End { get; private set; }

    private int _near;

    /// <summary>Offers one.</summary>
    public void Offer(TextRule rule, int start, int end, int near = ContextWords.None)
    {
        if (Rule is not null && (near > _near || near == _near && end - start <= End - Start))
            return;
        (Rule, Start, End, _near) = (rule, start, end, near);
    }
}

/// <summary>What characters stand at the edges of values.</summary>
internal static class Edge
{
    /// <summary>Whether a character belongs to a word. Scripts without spaces do not end a number.</summary>
    public static bool IsWord(char c) => char.IsAsciiLetterOrDigit(c) || c is >= '\u00aa' and < '\u2e80'
        && char.IsLetterOrDigit(c);

    /// <summary>Whether a value may begin here: not within a word or a longer number.</summary>
    public static bool Begins(ref TextCursor text, int at)
    {
        var before = text[at - 1];
        return !IsWord(before) && before is not '_'
            && !(before is '-' or '.' or '/' or ':' or ',' or '+' && char.IsAsciiDigit(text[at - 2]));
    }

    /// <summary>Whether a value may end before this place.</summary>
    public static bool Ends(ref TextCursor text, int end)
    {
        var next = text[end];
        if (IsWord(next) || next == '_')
            return false;
        return next is not ('-' or '.' or '/' or ':' or '+' or ',') || !char.IsAsciiDigit(text[end + 1]);
    }
}
