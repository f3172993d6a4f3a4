using System.Buffers;

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

    private static readonly SearchValues<char> Words = SearchValues.Create(
        string.Concat(Enumerable.Range(0, 0x530).Select(static c => (char)c).Where(static c => Edge.IsWord(c))));

    private static readonly SearchValues<char> Starters = SearchValues.Create(
        "_+-(:" + string.Concat(Enumerable.Range(0, 0x530).Select(static c => (char)c).Where(static c => Edge.IsWord(c))));

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
        for (var at = from; at < text.Text.Length;)
        {
            var next = text.Text[at..].IndexOfAny(Starters);
            if (next < 0)
                break;
            at += next;
            var first = text[at];
            if (!Edge.IsWord(first) && first != '_')
            {
                if (IsSign(ref text, at, first))
                    return at;
                if (text.ReadEnd)
                    return at;
                at++;
                continue;
            }

            if (Edge.IsWord(first) && Edge.IsWord(text[at - 1]))
            {
                // Within a word that was looked at, or is too long to be anything.
                at = text.Text[at..].IndexOfAnyExcept(Words) is >= 0 and var rest ? at + rest : text.Text.Length;
                continue;
            }

            var end = text.Skip(at, AddressRules.LocalPart, RunMax);
            if (text.ReadEnd || IsCandidate(ref text, at, end) || text.ReadEnd)
                return at;
            at = end;
        }

        return text.Text.Length;
    }

    /// <inheritdoc/>
    public override int Match(ref TextCursor text, int anchor, List<Found> found)
    {
        var best = default(PersonalBest);
        AddressRules.Look(ref text, anchor, ref best);
        if (best.Rule != AddressRules.Mail && Edge.Begins(ref text, anchor))
        {
            NumberRules.Look(ref text, anchor, ref best);
            if (char.IsAsciiLetterOrDigit(text[anchor]))
            {
                foreach (var id in NationalIds.All)
                    id.Look(ref text, anchor, ref best);
            }

            PersonRules.Look(ref text, anchor, ref best);
        }

        if (best.Rule is null)
            return Edge.IsWord(text[anchor]) ? text.Skip(anchor, Words, RunMax) : anchor + 1;
        found.Add(new Found(best.Rule, best.Start, best.End - best.Start));
        return best.End;
    }

    private static bool IsSign(ref TextCursor text, int at, char first) => first switch
    {
        '(' => char.IsAsciiDigit(text[at + 1]) || text[at + 1] == '+',
        ':' => text[at + 1] == ':' && !Edge.IsWord(text[at - 1]) && text[at - 1] != ':',
        _ => char.IsAsciiDigit(text[at + 1]) && !Edge.IsWord(text[at - 1]),
    };

    // Most words of prose are none: no digit in them, no capital at the front, no sign of an address behind them.
    private static bool IsCandidate(ref TextCursor text, int at, int end)
    {
        var run = text.Text[at..end];
        if (char.IsUpper(run[0]) || run.ContainsAnyInRange('0', '9'))
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
