namespace Gatehouse.Core.Guards;

/// <summary>
/// Finds what people are known or reached by: addresses, telephone numbers, accounts, cards, the ids of countries by
/// their check digits, and names and street addresses as far as rules go. What has no form of its own counts only near
/// a word that says what it is, or where it is all of the text.
/// </summary>
public sealed class PersonalDataDetector : TextDetector
{
    // A run that is longer is looked at in parts: no value has so many characters without a space.
    private const int RunMax = 320;

    // What each character is, up to the last script with capitals.
    private const byte Word = 1;
    private const byte Local = 2;
    private const byte Start = 4;
    private const byte Digit = 8;

    private static readonly byte[] Classes = [.. Enumerable.Range(0, 0x530).Select(static c => (char)c).Select(
        static c => (byte)((Edge.IsWord(c) ? Word | Start : 0) | (AddressRules.LocalPart.Contains(c) ? Local : 0)
            | (c is '_' or '+' or '-' or '(' or ':' ? Start : 0) | (char.IsAsciiDigit(c) ? Digit : 0)))];

    private static readonly NationalId[] ByLetter = [.. NationalIds.All.Where(static one => one.HasLetterFirst)];
    private static readonly NationalId[] ByDigit = [.. NationalIds.All.Where(static one => one.HasDigitFirst)];

    private static readonly TextRule[] All =
    [
        AddressRules.Mail, NumberRules.Phone, NumberRules.Iban, NumberRules.Card, AddressRules.Ip, AddressRules.Mac,
        AddressRules.Geo, PersonRules.Birth, PersonRules.Street, PersonRules.Name,
        .. NationalIds.All.Select(static one => one.Rule),
    ];

    /// <inheritdoc/>
    public override IReadOnlyList<TextRule> Rules => All;

    /// <inheritdoc/>
    public override int NextAnchor(ref TextCursor text, int from)
    {
        var all = text.Text;
        for (var at = from; at < all.Length;)
        {
            var first = all[at];
            var kind = Class(first);
            if ((kind & Start) == 0)
            {
                at++;
                continue;
            }

            if ((kind & Word) == 0 && first != '_')
            {
                if (IsSign(ref text, at, first) || text.ReadEnd)
                    return at;
                at++;
                continue;
            }

            var end = at + 1;
            if ((kind & Word) != 0 && at > 0 && (Class(all[at - 1]) & Word) != 0)
            {
                // Within a word that was looked at, or is too long to be anything.
                while (end < all.Length && (Class(all[end]) & Word) != 0)
                    end++;
                at = end;
                continue;
            }

            // No mail address begins within a run: there the word alone decides.
            var over = at > 0 && all[at - 1] != '\'' && (Class(all[at - 1]) & Local) != 0 ? Word : Local;
            for (; end < all.Length && end - at < RunMax && Class(all[end]) is var next && (next & over) != 0; end++)
                kind |= next;
            if (end == all.Length && end - at < RunMax)
                _ = text[end];
            if (text.ReadEnd || IsCandidate(ref text, at, end, kind) || text.ReadEnd)
                return at;
            at = end;
        }

        return all.Length;
    }

    /// <inheritdoc/>
    public override int Match(ref TextCursor text, int anchor, List<Found> found)
    {
        var best = default(PersonalBest);
        AddressRules.Look(ref text, anchor, ref best);
        if (best.Rule != AddressRules.Mail && Edge.Begins(ref text, anchor))
        {
            LookForIds(ref text, anchor, ref best);
            PersonRules.Look(ref text, anchor, ref best);
        }

        if (best.Rule is null)
            return WordEnd(ref text, anchor);
        found.Add(new Found(best.Rule, best.Start, best.End - best.Start));
        return best.End;
    }

    private static byte Class(char c) => c < Classes.Length ? Classes[c] : Edge.IsWord(c) ? (byte)(Word | Start)
        : (byte)0;

    private static void LookForIds(ref TextCursor text, int anchor, ref PersonalBest best)
    {
        if (char.IsAsciiLetter(text[anchor]))
        {
            // Every id has digits in its first word, or behind it.
            var end = WordEnd(ref text, anchor);
            if (!text.Text[anchor..Math.Min(end, text.Text.Length)].ContainsAnyInRange('0', '9')
                && !(text[end] is ' ' or '-' && char.IsAsciiDigit(text[end + 1])))
            {
                return;
            }

            foreach (var id in ByLetter)
                id.Look(ref text, anchor, 0, ref best);
        }
        else if (char.IsAsciiDigit(text[anchor]))
        {
            var digits = 1;
            while (digits < 20 && char.IsAsciiDigit(text[anchor + digits]))
                digits++;
            foreach (var id in ByDigit)
                id.Look(ref text, anchor, digits, ref best);
        }

        NumberRules.Look(ref text, anchor, ref best);
    }

    private static int WordEnd(ref TextCursor text, int at)
    {
        var end = at + 1;
        if (!Edge.IsWord(text[at]))
            return end;
        while (end - at < RunMax && Edge.IsWord(text[end]))
            end++;
        return end;
    }

    private static bool IsSign(ref TextCursor text, int at, char first) => first switch
    {
        '(' => char.IsAsciiDigit(text[at + 1]) || text[at + 1] == '+',
        ':' => text[at + 1] == ':' && !Edge.IsWord(text[at - 1]) && text[at - 1] != ':',
        _ => char.IsAsciiDigit(text[at + 1]) && !Edge.IsWord(text[at - 1]),
    };

    // Most words of prose are none: no digit in them, no capital at the front, no sign of an address behind them.
    private static bool IsCandidate(ref TextCursor text, int at, int end, int kinds)
    {
        var run = text.Text[at..end];
        if (char.IsUpper(run[0]) || (kinds & Digit) != 0)
            return true;
        var next = text[end];
        if (next == '@')
            return true;
        // "hh 01 02 03 d", "fe::1", "ab-cd-ef-ab-cd-ef"
        return run.Length == 2 && next == ' ' && char.IsAsciiDigit(text[end + 1])
            || run.Length <= 4 && next == ':' && (char.IsAsciiHexDigit(text[end + 1]) || text[end + 1] == ':')
            || run.Length == 17 && run[2] == '-';
    }
}
