using System.Buffers;

namespace Gatehouse.Core.Guards;

/// <summary>
/// Names of people, days of birth and street addresses, as far as rules go: a name without a title, an introduction or
/// a common given name before it is not found, and neither is an address without a number or a usual word for a street.
/// </summary>
internal static class PersonRules
{
    public static readonly TextRule Name = new("personal/name", 1, "name of a person", "my name is Naomi Ryan",
        "titles, introductions and a list of given names");

    public static readonly TextRule Birth = new("personal/birth-date", 1, "date of birth", "born on 2 March 1985",
        "a date near a word that says so");

    public static readonly TextRule Street = new("personal/street-address", 1, "street address",
        "12 Baker Street, Apt. 5", "a number and a usual word for a street, or a word that says so");

    private static readonly ContextWords BirthWords = new(
        "born, birth, birthday, dob, d.o.b, date of birth, birthdate, geboren, geburtsdatum, geb, geburtstag, né, née, "
        + "naissance, nacido, nacida, nacimiento, nato, nata, nascita, urodzony, urodzona, född, syntynyt, nascido, "
        + "nascida");

    private static readonly ContextWords AddressWords = new(
        "address, lives at, live at, living at, office is at, located at, residence, residing, resides, send to, "
            + "ship to, "
        + "deliver to, billing, shipping, adresse, wohnt, wohnhaft, wohne, anschrift, dirección, domicilio, indirizzo, "
        + "orders to, directions to, new one to, moved to");

    // What stands directly before a name.
    private static readonly string[] Leads =
    [
        "Mr.", "Mrs.", "Ms.", "Mr", "Mrs", "Ms", "Miss", "Dr.", "Dr", "Prof.", "Professor", "Herr", "Herrn", "Frau",
        "Sr.", "Sra.", "Señor", "Señora", "Monsieur", "Madame", "Mme", "Signor", "Signora", "my name is", "name's",
        "named", "ich heiße", "mein Name ist", "je m'appelle", "me llamo", "mi chiamo", "nombre es", "nom est",
        "full name:", "name:", "name is", "call me", "calls me", "customer:", "patient:", "patient", "Dear", "signed,",
        "Regards,", "regards,\n", "sincerely,\n", "Sincerely,", "contact person:", "employee:", "user:",
        "hello, this is", "hi, this is",
    ];

    private static readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> MonthNames = new HashSet<string>(
    [
        "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
        "december", "januar", "februar", "märz", "mai", "juni", "juli", "oktober", "dezember", "janvier", "février",
        "mars", "avril", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre", "enero", "febrero",
        "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre", "jan",
        "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "okt", "nov", "dec", "dez",
    ], StringComparer.OrdinalIgnoreCase).GetAlternateLookup<ReadOnlySpan<char>>();

    private static readonly HashSet<string> Streets = new(
        """
        street st avenue ave road rd boulevard blvd lane ln drive dr court ct way place pl square sq terrace ter highway
        hwy parkway pkwy crescent close row alley circle trail mews grove gardens quay walk crossing
        """.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries), StringComparer.OrdinalIgnoreCase);

    private static readonly string[] StreetEnds =
    [
        "straße", "strasse", "str.", "gasse", "weg", "platz", "allee", "ufer", "damm", "gatan", "vägen", "veien",
        "vej", "gade", "katu", "tie", "straat", "laan", "plein", "gata", "stræde",
    ];

    private static readonly string[] StreetBegins =
    [
        "rue", "calle", "via", "avenida", "rua", "plaza", "piazza", "corso", "viale", "ul.", "ulica", "paseo",
        "chemin", "quai", "avenue", "boulevard", "place", "largo", "travessa", "carrer",
    ];

    private static readonly SearchValues<char> Spaces = SearchValues.Create(" \t");

    private static readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> LastWords = Leads
        .Select(static lead => lead[(lead.TrimEnd('\n').LastIndexOfAny([' ', '\n']) + 1)..])
        .ToHashSet(StringComparer.OrdinalIgnoreCase).GetAlternateLookup<ReadOnlySpan<char>>();

    private static readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> Given =
        GivenNames.All.GetAlternateLookup<ReadOnlySpan<char>>();

    private static readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> NotNames =
        GivenNames.NotNames.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>Offers what begins here.</summary>
    public static void Look(ref TextCursor text, int at, ref PersonalBest best)
    {
        if (char.IsLetter(text[at]))
        {
            if (char.IsUpper(text[at]))
            {
                LookForName(ref text, at, ref best);
                LookForStreetName(ref text, at, ref best);
            }

            if (Month(ref text, at) > 0)
                LookForBirth(ref text, at, ref best);
        }
        else if (char.IsAsciiDigit(text[at]))
        {
            LookForBirth(ref text, at, ref best);
            LookForHouse(ref text, at, ref best);
        }
    }

    private static void LookForName(ref TextCursor text, int at, ref PersonalBest best)
    {
        var end = NameWord(ref text, at);
        if (end < 0 || NotNames.Contains(text.Text[at..end]))
            return;
        var hasLead = HasLead(ref text, at);
        if (!hasLead && !Given.Contains(text.Text[at..end]))
            return;
        var words = 1;
        for (; words < 4; words++)
        {
            var next = text[end] == '.' && end - at == 1 ? end + 1 : end;
            if (text[next] != ' ')
                break;
            next++;
            // "M." and "van der" stand between names.
            if (char.IsUpper(text[next]) && text[next + 1] == '.' && text[next + 2] == ' '
                && char.IsUpper(text[next + 3]))
            {
                next += 3;
            }
            else
            {
                next = Particle(ref text, next);
            }

            var stop = NameWord(ref text, next);
            if (stop < 0 || NotNames.Contains(text.Text[next..stop]))
                break;
            end = stop;
        }

        if (hasLead || words > 1)
            best.Offer(Name, at, end, hasLead ? 1 : ContextWords.None);
    }

    private static int Particle(ref TextCursor text, int at)
    {
        foreach (var one in (ReadOnlySpan<string>)["van der ", "van den ", "van ", "von ", "de la ", "de ", "di ",
            "da ", "del "])
        {
            if (text[at] == one[0] && text.Has(at, one))
                return at + one.Length;
        }

        return at;
    }

    // A letter in capitals, then letters; hyphens and apostrophes within, but not "'s".
    private static int NameWord(ref TextCursor text, int at)
    {
        if (!char.IsUpper(text[at]))
            return -1;
        var end = at + 1;
        while (end < at + 30 && (char.IsLetter(text[end]) || text[end] is '-' or '\'' or '’'
            && char.IsLetter(text[end + 1])
            && !(text[end] is '\'' or '’' && text[end + 1] is 's' or 't' or 'm' or 'l' or 'd'
            && !char.IsLetter(text[end + 2]))))
        {
            end++;
        }

        return Edge.IsWord(text[end]) || text[end] is '_' or '@' or '/' ? -1 : end;
    }

    private static bool HasLead(ref TextCursor text, int at)
    {
        var before = text.Text[Math.Max(0, at - 24)..at];
        var trimmed = before.TrimEnd(' ');
        if (trimmed.IsEmpty || trimmed.Length == before.Length && trimmed[^1] != '\n')
            return false;
        if (!LastWords.Contains(trimmed[(trimmed.TrimEnd('\n').LastIndexOfAny(' ', '\n') + 1)..]))
            return false;
        foreach (var lead in Leads)
        {
            if (!trimmed.EndsWith(lead, char.IsUpper(lead[0]) ? StringComparison.Ordinal
                : StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            var previous = trimmed.Length > lead.Length ? trimmed[^(lead.Length + 1)] : ' ';
            if (!char.IsLetterOrDigit(previous))
                return true;
        }

        return false;
    }

    private static void LookForBirth(ref TextCursor text, int at, ref PersonalBest best)
    {
        if (!Edge.Begins(ref text, at))
            return;
        var end = Numeric(ref text, at);
        if (end < 0)
            end = Written(ref text, at);
        if (end > 0 && Edge.Ends(ref text, end) && BirthWords.IsBefore(ref text, at, 40))
            best.Offer(Birth, at, end, 0);
    }

    private static int Numeric(ref TextCursor text, int at)
    {
        Span<int> parts = stackalloc int[3];
        Span<int> lengths = stackalloc int[3];
        var separator = '\0';
        for (var i = 0; i < 3; i++)
        {
            while (lengths[i] < 5 && char.IsAsciiDigit(text[at]))
            {
                parts[i] = parts[i] * 10 + text[at++] - '0';
                lengths[i]++;
            }

            if (lengths[i] is 0 or 3 or > 4)
                return -1;
            if (i == 2)
                break;
            if (text[at] is not ('/' or '.' or '-') || separator != '\0' && text[at] != separator)
                return -1;
            separator = text[at++];
            if (separator == '.' && text[at] == ' ')
                at++;
        }

        var isDate = lengths[0] == 4
            ? parts[0] is >= 1890 and <= 2100 && Checksums.IsDay(parts[2], parts[1])
            : (lengths[2] == 2 || parts[2] is >= 1890 and <= 2100)
                && (Checksums.IsDay(parts[0], parts[1]) || Checksums.IsDay(parts[1], parts[0]));
        return isDate ? at : -1;
    }

    // 2 March 1985, March 2nd, 1985, 2. März 1985
    private static int Written(ref TextCursor text, int at)
    {
        var month = Month(ref text, at);
        if (month > 0)
        {
            at = Day(ref text, text.Skip(month, Spaces, 3));
            return at < 0 ? -1 : Year(ref text, at);
        }

        at = Day(ref text, at);
        if (at < 0)
            return -1;
        at = text.Skip(at, Spaces, 3);
        if (text.Has(at, "of ") || text.Has(at, "de "))
            at += 3;
        month = Month(ref text, at);
        return month < 0 ? -1 : Year(ref text, month);
    }

    private static int Day(ref TextCursor text, int at)
    {
        var start = at;
        while (at < start + 2 && char.IsAsciiDigit(text[at]))
            at++;
        if (at == start)
            return -1;
        if (text.Has(at, "st") || text.Has(at, "nd") || text.Has(at, "rd") || text.Has(at, "th"))
            at += 2;
        return text[at] == '.' ? at + 1 : at;
    }

    private static int Month(ref TextCursor text, int at)
    {
        var end = at;
        while (end < at + 11 && char.IsLetter(text[end]))
            end++;
        if (end < at + 3)
            return -1;
        return !MonthNames.Contains(text.Text[at..end]) ? -1 : text[end] == '.' ? end + 1 : end;
    }

    private static int Year(ref TextCursor text, int at)
    {
        if (text[at] == ',')
            at++;
        at = text.Skip(at, Spaces, 3);
        if (text.Has(at, "de "))
            at += 3;
        for (var i = 0; i < 4; i++)
        {
            if (!char.IsAsciiDigit(text[at + i]))
                return -1;
        }

        return text[at] is '1' or '2' ? at + 4 : -1;
    }

    // 12 Baker Street; 6750 Koskikatu 25 where an address is expected.
    private static void LookForHouse(ref TextCursor text, int at, ref PersonalBest best)
    {
        if (!Edge.Begins(ref text, at))
            return;
        var end = House(ref text, at);
        if (end < 0 || text[end] != ' ')
            return;
        var words = 0;
        for (var next = end + 1; words < 5; words++)
        {
            var stop = StreetWord(ref text, next);
            if (stop < 0)
                break;
            var word = text.Text[next..stop];
            if (words > 0 && Streets.GetAlternateLookup<ReadOnlySpan<char>>().Contains(word.TrimEnd('.')))
            {
                best.Offer(Street, at, Rest(ref text, stop), 0);
                return;
            }

            var isStreet = EndsAsStreet(word) || words == 0 && IsStreetBegin(word);
            if (text[stop] == ' ' && char.IsAsciiDigit(text[stop + 1]))
            {
                var number = House(ref text, stop + 1);
                if (number > 0 && (isStreet || AddressWords.IsBefore(ref text, at, 50)))
                    best.Offer(Street, at, Rest(ref text, number), 0);
                return;
            }

            if (text[stop] != ' ')
                break;
            next = stop + 1;
        }
    }

    // Hauptstraße 5; Rue de Rivoli 12
    private static void LookForStreetName(ref TextCursor text, int at, ref PersonalBest best)
    {
        if (Edge.IsWord(text[at - 1]))
            return;
        var next = at;
        for (var words = 0; words < 5; words++)
        {
            var last = next;
            var stop = StreetWord(ref text, next);
            if (stop < 0 || text[stop] != ' ')
                return;
            next = stop + 1;
            if (!char.IsAsciiDigit(text[next]))
                continue;
            var end = House(ref text, next);
            if (end > 0 && (words < 3 && EndsAsStreet(text.Text[last..stop])
                || words > 0 && IsStreetBegin(text.Text[at..(at + text.Text[at..stop].IndexOf(' '))])))
            {
                best.Offer(Street, at, Rest(ref text, end), 0);
            }

            return;
        }
    }

    private static bool IsStreetBegin(ReadOnlySpan<char> word)
    {
        foreach (var one in StreetBegins)
        {
            if (word.Equals(one, StringComparison.OrdinalIgnoreCase))
                return true;
        }

        return false;
    }

    private static bool EndsAsStreet(ReadOnlySpan<char> word)
    {
        foreach (var end in StreetEnds)
        {
            if (word.Length > end.Length + 2 && word.EndsWith(end, StringComparison.OrdinalIgnoreCase))
                return true;
        }

        return word.Equals("Straße", StringComparison.OrdinalIgnoreCase);
    }

    // Up to five digits, perhaps a letter, perhaps "12-14".
    private static int House(ref TextCursor text, int at)
    {
        var start = at;
        while (at < start + 6 && char.IsAsciiDigit(text[at]))
            at++;
        if (at == start || at > start + 5)
            return -1;
        if (text[at] is '-' or '/' && char.IsAsciiDigit(text[at + 1]))
        {
            at++;
            for (var most = at + 4; at < most && char.IsAsciiDigit(text[at]);)
                at++;
        }

        if (char.IsAsciiLetter(text[at]) && !Edge.IsWord(text[at + 1]))
            at++;
        return Edge.IsWord(text[at]) ? -1 : at;
    }

    // A word in capitals, or a small one between them; "St." and "2nd" too.
    private static int StreetWord(ref TextCursor text, int at)
    {
        if (!char.IsUpper(text[at]) && !text.Has(at, "de ") && !text.Has(at, "la ") && !text.Has(at, "du ")
            && !text.Has(at, "do ") && !text.Has(at, "da ") && !text.Has(at, "des ") && !text.Has(at, "del ")
            && !text.Has(at, "van ") && !text.Has(at, "am "))
        {
            return -1;
        }

        var end = at;
        while (end < at + 40 && (char.IsLetter(text[end]) || text[end] is '\'' or '’' or '-'))
            end++;
        if (text[end] == '.' && text[end + 1] == ' ' && end - at <= 14)
            end++;
        return end == at + 40 ? -1 : end;
    }

    // ", Apt. 5", " Suite 501", and a postal code with the town behind it.
    private static int Rest(ref TextCursor text, int end)
    {
        var at = end;
        while (at < end + 4 && text[at] is ',' or ' ' or '\n')
            at++;
        foreach (var unit in (ReadOnlySpan<string>)["apt. ", "apt ", "apartment ", "suite ", "unit ", "floor ", "#"])
        {
            if (at == end || !text.Has(at, unit))
                continue;
            var stop = House(ref text, at + unit.Length);
            if (stop > 0)
                end = stop;
            break;
        }

        // "80331 München" directly behind the number.
        at = text[end] == ',' ? end + 1 : end;
        if (text[at] != ' ' || !char.IsAsciiDigit(text[at + 1]))
            return end;
        var code = at + 1;
        while (code < at + 6 && char.IsAsciiDigit(text[code]))
            code++;
        if (code is var digits && digits - at is not (5 or 6) || text[code] != ' ')
            return end;
        var town = NameWord(ref text, code + 1);
        return town > 0 ? town : end;
    }
}
