namespace Gatehouse.Core.Guards;

/// <summary>Payment cards, bank accounts and telephone numbers.</summary>
internal static class NumberRules
{
    public static readonly TextRule Card = new("personal/card", 1, "payment card number", "4012-8888-8888-1881",
        "ISO/IEC 7812: issuer ranges and Luhn");

    public static readonly TextRule Iban = new("personal/iban", 1, "bank account number",
        "GB29 NWBK 6016 1331 9268 19", "ISO 13616: length of the country and mod 97");

    public static readonly TextRule Phone = new("personal/phone", 1, "telephone number", "+49 30 123456",
        "ITU-T E.164 and E.123; national forms near a word that says so");

    private static readonly ContextWords CardWords = new(
        "card, cards, cc, credit, debit, visa, mastercard, amex, maestro, pan, karte, kreditkarte, carte, tarjeta, "
            + "carta");

    private static readonly ContextWords PhoneWords = new(
        "phone, telephone, tel, mobile, cell, fax, call, calls, desk, office, whatsapp, sms, text, message, dial, "
            + "ring, "
        + "contact, reach, answering, hotline, landline, telefon, tel.nr, handy, mobil, festnetz, rufnummer, anrufen, "
        + "téléphone, portable, appel, móvil, movil, teléfono, telefono, cellulare, celular, puhelin, nummer, "
        + "numero, telepono, "
        + "gsm, telefoon, ring me, voicemail");

    // Length of the whole, by country.
    private static readonly Dictionary<string, int> IbanLengths = (
        "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 "
        + "ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 "
        + "KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 "
        + "PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 "
        + "VA22 VG24 XK20 YE30").Split(' ').ToDictionary(
            static one => one[..2], static one =>
                int.Parse(one[2..], System.Globalization.CultureInfo.InvariantCulture));

    // Country codes of the E.164 plan: of one digit, of two; all others have three.
    private const string CodesOfTwo = " 20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 "
        + "58 60 61 "
        + "62 63 64 65 66 81 82 84 86 90 91 92 93 94 95 98 ";

    /// <summary>Offers what begins here.</summary>
    public static void Look(ref TextCursor text, int at, ref PersonalBest best)
    {
        if (char.IsAsciiLetter(text[at]))
        {
            LookForIban(ref text, at, ref best);
        }
        else
        {
            if (char.IsAsciiDigit(text[at]))
                LookForCard(ref text, at, ref best);
            LookForPhone(ref text, at, ref best);
        }
    }

    private static void LookForCard(ref TextCursor text, int at, ref PersonalBest best)
    {
        Span<char> digits = stackalloc char[20];
        Span<int> groups = stackalloc int[6];
        var (count, group, end, separator) = (0, 0, at, '\0');
        while (count < 20 && group < 6)
        {
            var c = text[end];
            if (char.IsAsciiDigit(c))
            {
                digits[count++] = c;
                groups[group]++;
                end++;
            }
            else if (c is ' ' or '-' && (separator == '\0' || separator == c) && char.IsAsciiDigit(text[end + 1])
                && groups[group] is >= 4 and <= 6 && IsCardGroups(groups[..(group + 1)]))
            {
                separator = c;
                group++;
                end++;
            }
            else
            {
                break;
            }
        }

        // "4012888888881881 4012…" is one card and then another; a group of four that follows may be of no card at all.
        if (count is < 12 or > 19 || group == 6 || !Edge.Ends(ref text, end))
            return;
        var card = digits[..count];
        if (!Checksums.Luhn(card) || Checksums.IsOneDigit(card))
            return;
        var near = CardWords.Near(ref text, at, end);
        // Issuers get new ranges: a word says more. So short a number is one of many kinds.
        if (IsIssued(card) ? count >= 15 || near != ContextWords.None
            : count == 16 && card[0] is >= '2' and <= '6' && near < ContextWords.Alone)
        {
            best.Offer(Card, at, end, near);
        }
    }

    // Groups of four, or 4-6-5 and 4-6-4.
    private static bool IsCardGroups(ReadOnlySpan<int> groups) => groups.Length switch
    {
        1 => groups[0] == 4,
        2 => groups[1] is 4 or 6,
        3 => groups[1] == 4 && groups[2] == 4,
        4 => groups[1] == 4 && groups[3] == 4,
        _ => false,
    };

    private static bool IsIssued(ReadOnlySpan<char> card)
    {
        var (two, four) = (Checksums.Part(card, 0, 2), Checksums.Part(card, 0, 4));
        return card.Length switch
        {
            _ when card[0] == '4' => card.Length is 13 or 16 or 19,
            15 when two is 34 or 37 || four is 1800 or 2131 || card[0] == '1' => true,
            16 when four is (>= 2200 and <= 2204) or (>= 2221 and <= 2720) || two is >= 51 and <= 55 => true,
            14 or 16 when four is (>= 3000 and <= 3059) or 3095 || two is 36 or 38 or 39 => true,
            >= 16 when four is 6011 or (>= 6440 and <= 6599) or (>= 3528 and <= 3589) || two is 60 or 62 or 65 or 81
                or 82 => true,
            // Maestro and its predecessors.
            _ => two is 50 or (>= 56 and <= 58) || four is 604 or 6304 or 6390 or (>= 6759 and <= 6771),
        };
    }

    private static void LookForIban(ref TextCursor text, int at, ref PersonalBest best)
    {
        if (!char.IsAsciiLetter(text[at + 1]) || !char.IsAsciiDigit(text[at + 2]) || !char.IsAsciiDigit(text[at + 3]))
            return;
        Span<char> country = [char.ToUpperInvariant(text[at]), char.ToUpperInvariant(text[at + 1])];
        if (!IbanLengths.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(country, out var length))
            return;
        Span<char> iban = stackalloc char[34];
        var (count, end) = (0, at);
        while (count < length)
        {
            var c = text[end];
            if (c is ' ' or '-' && count >= 4 && char.IsAsciiLetterOrDigit(text[end + 1]))
                c = text[++end];
            if (!char.IsAsciiLetterOrDigit(c))
                return;
            iban[count++] = char.ToUpperInvariant(c);
            end++;
        }

        if (!Edge.Ends(ref text, end))
            return;
        Span<char> turned = stackalloc char[34];
        iban[4..length].CopyTo(turned);
        iban[..4].CopyTo(turned[(length - 4)..]);
        if (Checksums.Remainder(turned[..length], 97) == 1)
            best.Offer(Iban, at, end, 0);
    }

    private static void LookForPhone(ref TextCursor text, int at, ref PersonalBest best)
    {
        Span<char> digits = stackalloc char[16];
        Span<int> groups = stackalloc int[9];
        var (count, group, end, isOpen) = (0, 0, at, false);
        var hasPlus = text[at] == '+';
        if (hasPlus)
            end++;
        var (last, isOdd, isMarked, dots, newDots) = (end, false, false, 0, 0);
        for (var gap = 0; count < 16;)
        {
            var c = text[end];
            if (char.IsAsciiDigit(c))
            {
                if (gap > 0 && groups[group] > 0 && ++group == groups.Length)
                    return;
                digits[count++] = c;
                groups[group]++;
                (gap, dots, newDots) = (0, dots + newDots, 0);
                last = ++end;
                continue;
            }

            // At most "-(" or ") " between two groups.
            if (c is not (' ' or '-' or '.' or '(' or ')' or '/' or '\u00a0') || ++gap > 2)
                break;
            if (c == '(')
            {
                if (isOpen || count > 5)
                    break;
                isOpen = true;
            }
            else if (c == ')')
            {
                if (!isOpen)
                    break;
                isOpen = false;
                last = end + 1;
            }
            else if (c == '.')
            {
                newDots++;
            }

            isOdd |= c == '/';
            isMarked |= c != ' ';
            end++;
        }

        if (isOpen || count is < 6 or > 15 || text[last - 1] == ')')
            return;
        var number = digits[..count];
        end = Extension(ref text, last);
        if (!Edge.Ends(ref text, end) || Checksums.IsOneDigit(number))
            return;
        groups = groups[..(group + 1)];
        if (hasPlus || number.StartsWith("00") && count > 9)
        {
            var code = hasPlus ? number : number[2..];
            var ofCode = code[0] is '1' or '7' ? 1 : CodesOfTwo.Contains($" {code[..2]} ", StringComparison.Ordinal)
                ? 2 : 3;
            if (code[0] != '0' && code.Length - ofCode is >= 6 and <= 12)
            {
                best.Offer(Phone, at, end, hasPlus ? 0 : PhoneWords.Near(ref text, at, end));
                return;
            }
        }

        if (hasPlus)
            return;
        var near = PhoneWords.Near(ref text, at, end);
        var isAlone = near == ContextWords.Alone && group == 0
            && (count == 10 || count == 11 && number[0] is '0' or '1');
        near = near == ContextWords.Alone ? ContextWords.None : near;
        // What is written as dates, amounts and versions are is no number of somebody.
        var isPlain = !isOdd && (dots == 0 || dots >= 2) && !IsDate(groups, number);
        if (isPlain && (near != ContextWords.None && count <= 13 || isAlone
            || isMarked && IsAmerican(groups, number) || IsGrouped(groups, number)))
        {
            best.Offer(Phone, at, end, near);
        }
    }

    private static int Extension(ref TextCursor text, int end)
    {
        var at = text[end] == ' ' ? end + 1 : end;
        var digits = text[at] is 'x' or 'X' ? at + 1 : text.Has(at, "ext") ? at + 3 : at;
        if (digits == at)
            return end;
        while (text[digits] is '.' or ' ' && digits < at + 6)
            digits++;
        var stop = digits;
        while (stop < digits + 6 && char.IsAsciiDigit(text[stop]))
            stop++;
        return stop > digits ? stop : end;
    }

    // 415-555-0132, (415) 555-0132, 1-415-555-0132
    private static bool IsAmerican(ReadOnlySpan<int> groups, ReadOnlySpan<char> number)
    {
        if (groups.Length == 4 && groups[0] == 1 && number[0] == '1')
        {
            groups = groups[1..];
            number = number[1..];
        }

        return groups is [3, 3, 4] && number[0] >= '2' && number[3] >= '2';
    }

    // 01 84 17 61 18: a trunk zero, at least three groups.
    private static bool IsGrouped(ReadOnlySpan<int> groups, ReadOnlySpan<char> number) => number[0] == '0'
        && number[1] != '0' && number.Length is >= 9 and <= 11 && groups.Length >= 3
        && (groups[0] >= 2 || groups[1] == 3)
        && groups[^1] >= 2;

    private static bool IsDate(ReadOnlySpan<int> groups, ReadOnlySpan<char> number) =>
        groups is [4, 1 or 2, 1 or 2] && number[0] is '1' or '2' || groups is [1 or 2, 1 or 2, 4]
            && Checksums.IsDay(Checksums.Part(number, 0, groups[0]), Checksums.Part(number, groups[0], groups[1]))
        || groups is [4, 4] && number[0] is '1' or '2' && number[4] == number[0];
}
