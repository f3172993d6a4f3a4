namespace Gatehouse.Core.Guards;

/// <summary>A rule that a guard looks for, as <c>gatehouse guard rules</c> lists it.</summary>
/// <param name="Id">Its name, such as <c>secret/github-token</c>.</param>
/// <param name="Version">Rises with each change that finds more or less.</param>
/// <param name="What">What it finds, in a few words.</param>
/// <param name="Example">A text that it finds. Invented: nobody's.</param>
/// <param name="Source">Where its form is defined.</param>
public sealed record TextRule(string Id, int Version, string What, string Example, string Source);

/// <summary>Something that was found. It says where, never what.</summary>
/// <param name="Rule">The rule that found it.</param>
/// <param name="Start">Where it begins, in characters.</param>
/// <param name="Length">How many characters it has.</param>
public readonly record struct Found(TextRule Rule, int Start, int Length)
{
    /// <summary>The character after it.</summary>
    public int End => Start + Length;
}

/// <summary>
/// A text as far as it has come. It remembers whether somebody read beyond its end: what was then concluded may change
/// with the next character.
/// </summary>
/// <param name="text">What has come.</param>
/// <param name="isWhole">Whether nothing more comes.</param>
public ref struct TextCursor(ReadOnlySpan<char> text, bool isWhole)
{
    /// <summary>Whether nothing more comes: its end is one.</summary>
    public bool IsWhole { get; } = isWhole;

    /// <summary>What has come.</summary>
    public ReadOnlySpan<char> Text { get; } = text;

    /// <summary>Whether somebody read beyond what has come, while more may come.</summary>
    public bool ReadEnd { get; private set; }

    /// <summary>
    /// The character at a place; U+0000, which no rule looks for, beyond the end of the text and before its beginning.
    /// </summary>
    public char this[int index]
    {
        get
        {
            if ((uint)index < (uint)Text.Length)
                return Text[index];
            ReadEnd |= index >= 0 && !IsWhole;
            return '\0';
        }
    }

    /// <summary>Whether these characters stand here, in any case of ASCII letters.</summary>
    public bool Has(int index, ReadOnlySpan<char> word)
    {
        for (var i = 0; i < word.Length; i++)
        {
            if (char.ToLowerInvariant(this[index + i]) != char.ToLowerInvariant(word[i]))
                return false;
        }

        return true;
    }

    /// <summary>The first place from here on whose character is not one of these, at most so many further.</summary>
    public int Skip(int index, System.Buffers.SearchValues<char> over, int most = int.MaxValue)
    {
        if (index >= Text.Length)
        {
            ReadEnd |= !IsWhole;
            return index;
        }

        var rest = Text[index..];
        if (most < rest.Length)
            rest = rest[..most];
        var skipped = rest.IndexOfAnyExcept(over);
        if (skipped >= 0)
            return index + skipped;
        // All that is here: only where a limit stopped it, it is known to end.
        ReadEnd |= rest.Length < most && !IsWhole;
        return index + rest.Length;
    }
}

/// <summary>
/// Finds one kind of thing in a text that may still be growing. What it says depends on characters that it read through
/// the cursor, and on those before the anchor, and on nothing else: so a text finds the same in pieces as whole.
/// </summary>
public abstract class TextDetector
{
    /// <summary>The rules that it looks for.</summary>
    public abstract IReadOnlyList<TextRule> Rules { get; }

    /// <summary>
    /// The first place from here on where something may begin; the text's length if there is none. A place is one by
    /// its own character and those before it, or by characters read through the cursor.
    /// </summary>
    public abstract int NextAnchor(ref TextCursor text, int from);

    /// <summary>Looks at what begins at an anchor, and adds what it finds.</summary>
    /// <returns>Where to look for the next anchor; beyond this one.</returns>
    public abstract int Match(ref TextCursor text, int anchor, List<Found> found);

    /// <summary>
    /// The most characters that one candidate may keep waiting. One that is longer is found as it is, by
    /// <see cref="TooLong"/>.
    /// </summary>
    public virtual int CandidateMax => 8 * 1024;

    /// <summary>The rule for a candidate without an end; null where it is let go.</summary>
    public virtual TextRule? TooLong => null;
}

/// <summary>One detector on one text that grows.</summary>
public sealed class TextScan(TextDetector detector)
{
    private int _from;

    /// <summary>
    /// Looks at what has come since the last look. What it adds is final.
    /// </summary>
    /// <param name="text">All of the text that has come.</param>
    /// <param name="isEnd">Whether nothing more comes.</param>
    /// <param name="found">What is found is added here, in order.</param>
    /// <returns>
    /// Up to where nothing more can be found: what this detector will ever find begins here or later.
    /// </returns>
    public int Look(ReadOnlySpan<char> text, bool isEnd, List<Found> found)
    {
        while (_from < text.Length)
        {
            var cursor = new TextCursor(text, isEnd);
            var anchor = detector.NextAnchor(ref cursor, _from);
            if (cursor.ReadEnd)
                return Wait(text, Math.Min(anchor, text.Length), found);
            if (anchor >= text.Length)
            {
                _from = text.Length;
                break;
            }

            var before = found.Count;
            var next = detector.Match(ref cursor, anchor, found);
            if (cursor.ReadEnd)
            {
                found.RemoveRange(before, found.Count - before);
                return Wait(text, anchor, found);
            }

            _from = Math.Min(Math.Max(next, anchor + 1), text.Length);
        }

        return _from;
    }

    // A candidate without an end must not keep a stream waiting for ever, and must not slip through either.
    private int Wait(ReadOnlySpan<char> text, int anchor, List<Found> found)
    {
        _from = anchor;
        while (text.Length - _from > detector.CandidateMax)
        {
            if (detector.TooLong is { } rule)
                found.Add(new Found(rule, _from, detector.CandidateMax));
            _from += detector.CandidateMax;
        }

        return _from;
    }
}
