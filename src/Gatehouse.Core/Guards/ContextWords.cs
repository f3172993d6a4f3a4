using System.Buffers;

namespace Gatehouse.Core.Guards;

/// <summary>
/// Words that say what a number near them is. A word of five letters or more may be the beginning of a longer one
/// (<c>telefon</c> of <c>Telefonnummer</c>); a shorter one must stand by itself.
/// </summary>
internal sealed class ContextWords
{
    /// <summary>A number without any such word.</summary>
    public const int None = int.MaxValue;

    /// <summary>A number that is all of the text, as an answer to a question is.</summary>
    public const int Alone = int.MaxValue - 1;

    private const int Before = 50;
    private const int After = 30;

    private readonly string[] _words;
    private readonly SearchValues<string> _any;

    public ContextWords(string words)
    {
        _words = words.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        _any = SearchValues.Create(_words, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>
    /// How far the nearest word is: before the value, or behind it in the same part of the sentence.
    /// </summary>
    public int Near(ref TextCursor text, int start, int end)
    {
        var window = text.Text[Math.Max(0, start - Before)..start];
        for (var at = LastIn(window); at >= 0;)
            return window.Length - at;
        Span<char> behind = stackalloc char[After];
        var count = 0;
        for (; count < After; count++)
        {
            var c = text[end + count];
            if (c is '\0' or '\n' or ',' or ';' or '.' or '?' or '!' || char.IsAsciiDigit(c))
                break;
            behind[count] = c;
        }

        var next = FirstIn(behind[..count]);
        return next >= 0 ? Before + next : IsAlone(ref text, start, end) ? Alone : None;
    }

    /// <summary>Whether one of the words stands here, in at most so many characters before a place.</summary>
    public bool IsBefore(ref TextCursor text, int start, int most) =>
        LastIn(text.Text[Math.Max(0, start - most)..start]) >= 0;

    private static bool IsAlone(ref TextCursor text, int start, int end)
    {
        if (!text.Text[..start].Trim().IsEmpty)
            return false;
        while (char.IsWhiteSpace(text[end]))
            end++;
        return text[end] == '\0' && end >= text.Text.Length && text.IsWhole;
    }

    private int LastIn(ReadOnlySpan<char> window)
    {
        var (last, from) = (-1, 0);
        while (FirstIn(window[from..], window[..from]) is >= 0 and var at)
        {
            last = from + at;
            from = last + 1;
        }

        return last;
    }

    private int FirstIn(ReadOnlySpan<char> window, ReadOnlySpan<char> before = default)
    {
        for (var from = 0; from < window.Length;)
        {
            var at = window[from..].IndexOfAny(_any);
            if (at < 0)
                return -1;
            at += from;
            var previous = at > 0 ? window[at - 1] : before.IsEmpty ? ' ' : before[^1];
            if (!char.IsLetter(previous) && EndsWell(window[at..]))
                return at;
            from = at + 1;
        }

        return -1;
    }

    private bool EndsWell(ReadOnlySpan<char> window)
    {
        foreach (var word in _words)
        {
            if (window.StartsWith(word, StringComparison.OrdinalIgnoreCase)
                && (word.Length >= 5 || window.Length == word.Length || !char.IsLetter(window[word.Length])))
            {
                return true;
            }
        }

        return false;
    }
}
