using System.Buffers;

namespace Gatehouse.Core.Guards;

/// <summary>Finds where sentences end, without cutting numbers, addresses and usual abbreviations.</summary>
public static class Sentences
{
    /// <summary>A sentence that is longer is cut here: nobody reads on, and a stream must not wait for it.</summary>
    public const int CharsMax = 2_000;

    private static readonly SearchValues<char> Ends = SearchValues.Create(".!?\n。！？");

    private static readonly SearchValues<char> Closers = SearchValues.Create("\"')]}»”’*_`.!?。！？");

    // Words before a full stop that ends no sentence.
    private static readonly HashSet<string> Abbreviations = new(
        ["e.g", "i.e", "etc", "vs", "cf", "approx", "ca", "no", "nr", "fig", "mr", "mrs", "ms", "dr", "prof", "st",
            "inc", "ltd", "co", "jr", "sr", "al", "est", "vol", "dept", "z.b", "d.h", "bzw", "usw"],
        StringComparer.OrdinalIgnoreCase);

    /// <summary>The place after the sentence that begins here, with the space behind it.</summary>
    public static int EndOf(ref TextCursor text, int start)
    {
        var limit = start + CharsMax;
        for (var at = start; at < limit;)
        {
            var rest = text.Text[Math.Min(at, text.Text.Length)..Math.Min(limit, text.Text.Length)];
            var next = rest.IndexOfAny(Ends);
            if (next < 0)
            {
                if (limit > text.Text.Length)
                    _ = text[text.Text.Length];
                return Math.Min(limit, text.Text.Length);
            }

            at += next;
            if (text[at] == '\n')
                return at + 1;
            var after = at + 1;
            while (after < limit && Closers.Contains(text[after]))
                after++;
            // A mark of East Asian scripts has no space behind it.
            if (text[at] is '。' or '！' or '？')
                return after;
            if (text[after] is ' ' or '\n' or '\t' or '\r' or '\0' && !IsAbbreviation(text, start, at))
                return text[after] == '\0' ? after : after + 1;
            at = after;
        }

        return limit;
    }

    private static bool IsAbbreviation(TextCursor text, int start, int stop)
    {
        if (text[stop] != '.')
            return false;
        var word = stop;
        while (word > start && (char.IsLetter(text[word - 1]) || text[word - 1] == '.'))
            word--;
        var length = stop - word;
        // A list marker such as "1." and an initial such as "J." end nothing either.
        if (length == 1 && char.IsUpper(text[word]))
            return true;
        if (length == 0)
        {
            while (word > start && char.IsAsciiDigit(text[word - 1]))
                word--;
            return word < stop && text.Text[start..word].Trim().IsEmpty;
        }

        return Abbreviations.GetAlternateLookup<ReadOnlySpan<char>>().Contains(text.Text[word..stop]);
    }
}
