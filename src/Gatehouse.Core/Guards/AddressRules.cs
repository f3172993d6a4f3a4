using System.Buffers;
using System.Net;
using System.Net.Sockets;

namespace Gatehouse.Core.Guards;

/// <summary>Addresses of machines and mailboxes, and places on the map.</summary>
internal static class AddressRules
{
    public static readonly TextRule Mail = new("personal/email", 1, "e-mail address", "jane.doe@example.com",
        "RFC 5321, unquoted local parts");

    public static readonly TextRule Ip = new("personal/ip", 1, "IP address", "192.0.2.17", "RFC 791, RFC 4291");

    public static readonly TextRule Mac = new("personal/mac", 1, "hardware address", "00:1A:2B:3C:4D:5E", "IEEE 802");

    public static readonly TextRule Geo = new("personal/geo", 1, "geographical position", "48.85837, 2.29448",
        "ISO 6709: decimal degrees and degrees, minutes, seconds");

    /// <summary>The characters of a local part, and so of every word.</summary>
    public static readonly SearchValues<char> LocalPart = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._%+-'"
        + string.Concat(Enumerable.Range(0xaa, 0x52f - 0xaa).Select(static c => (char)c).Where(char.IsLetterOrDigit)));

    private static readonly SearchValues<char> Domain = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-");

    private static readonly SearchValues<char> Address = SearchValues.Create("0123456789abcdefABCDEF:.");

    private static readonly ContextWords VersionWords = new("version, ver, release, build, v, firmware");

    private static readonly ContextWords GeoWords = new(
        "gps, lat, latitude, lon, lng, longitude, coordinates, coords, koordinaten, position, location, located");

    private static readonly ContextWords AxisWords = new("lat, latitude, lon, lng, long, longitude, breite, länge");

    /// <summary>Offers what begins here.</summary>
    public static void Look(ref TextCursor text, int at, ref PersonalBest best)
    {
        LookForMail(ref text, at, ref best);
        var first = text[at];
        if (char.IsAsciiHexDigit(first) || first == ':')
        {
            LookForMac(ref text, at, ref best);
            LookForIp(ref text, at, ref best);
        }

        if (char.IsAsciiDigit(first) || first is '-' or '+')
            LookForGeo(ref text, at, ref best);
    }

    private static void LookForMail(ref TextCursor text, int at, ref PersonalBest best)
    {
        if (LocalPart.Contains(text[at - 1]) && text[at - 1] is not '\'')
            return;
        var sign = text.Skip(at, LocalPart, 65);
        if (text[sign] != '@' || sign == at)
            return;
        var end = text.Skip(sign + 1, Domain, 254);
        if (end >= sign + 255)
            return;
        // A full stop behind it ends the sentence, not the domain.
        while (end > sign + 1 && text[end - 1] is '.' or '-')
            end--;
        var domain = text.Text[(sign + 1)..end];
        var dot = domain.LastIndexOf('.');
        if (dot <= 0 || domain.Length - dot <= 2 || domain.IndexOf("..") >= 0)
            return;
        var top = domain[(dot + 1)..];
        if (!top.ContainsAnyInRange('0', '9') || IsPunycode(top))
            best.Offer(Mail, at, end, 0);
    }

    private static bool IsPunycode(ReadOnlySpan<char> label) =>
        label.StartsWith("xn--", StringComparison.OrdinalIgnoreCase);

    private static void LookForMac(ref TextCursor text, int at, ref PersonalBest best)
    {
        var by = text[at + 2] is ':' or '-' ? 2 : text[at + 4] == '.' ? 4 : 0;
        if (by == 0 || !Begins(ref text, at))
            return;
        var separator = text[at + by];
        var length = by == 2 ? 17 : 14;
        for (var i = 0; i < length; i++)
        {
            if (i % (by + 1) == by ? text[at + i] != separator : !char.IsAsciiHexDigit(text[at + i]))
                return;
        }

        var next = text[at + length];
        if (!Edge.IsWord(next) && next != '_' && !(next == separator && char.IsAsciiHexDigit(text[at + length + 1])))
            best.Offer(Mac, at, at + length, 0);
    }

    private static void LookForIp(ref TextCursor text, int at, ref PersonalBest best)
    {
        if (!Begins(ref text, at))
            return;
        var end = text.Skip(at, Address, 46);
        while (end > at + 2 && (text[end - 1] == '.' || text[end - 1] == ':' && text[end - 2] != ':'))
            end--;
        var candidate = text.Text[at..end];
        if (candidate.Length < 3 || Edge.IsWord(text[end]) || text[end] == '_')
            return;
        if (candidate.Contains(':'))
        {
            // "192.0.2.1:8080" has a port; "a::b" alone is a name of a program.
            var port = candidate.IndexOf(':');
            if (candidate[..port].Count('.') == 3)
                candidate = candidate[..port];
            else if (!candidate.ContainsAnyInRange('0', '9') || candidate.IndexOf("::") < 0 && candidate.Count(':') < 6)
                return;
        }

        if (!candidate.Contains(':') && (candidate.Count('.') != 3 || HasLeadingZero(candidate)
            || VersionWords.IsBefore(ref text, at, 10)))
        {
            return;
        }

        if (!IPAddress.TryParse(candidate, out var address) || address.Equals(IPAddress.IPv6Any))
            return;
        if (address.AddressFamily == AddressFamily.InterNetwork && candidate.ContainsAnyExcept(Digits))
            return;
        best.Offer(Ip, at, at + candidate.Length, 0);
    }

    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789.");

    private static bool HasLeadingZero(ReadOnlySpan<char> address)
    {
        for (var i = 0; i + 1 < address.Length; i++)
        {
            if (address[i] == '0' && address[i + 1] != '.' && (i == 0 || address[i - 1] == '.'))
                return true;
        }

        return false;
    }

    private static bool Begins(ref TextCursor text, int at)
    {
        var before = text[at - 1];
        return !Edge.IsWord(before) && before is not ('_' or ':' or '.')
            && !(before == '-' && char.IsAsciiHexDigit(text[at - 2]));
    }

    private static void LookForGeo(ref TextCursor text, int at, ref PersonalBest best)
    {
        if (!Edge.Begins(ref text, at))
            return;
        var first = Degrees(ref text, at, 90, out var decimals);
        if (first < 0)
        {
            LookForArc(ref text, at, ref best);
            return;
        }

        var next = text[first] == '°' ? first + 1 : first;
        while (text[next] is ' ' or 'N' or 'S' && next < first + 4)
            next++;
        if (text[next] is ',' or ';' or '/' || next > first)
        {
            while (text[next] is ' ' or ',' or ';' or '/' && next < first + 6)
                next++;
            var second = next > first ? Degrees(ref text, next, 180, out var more) : -1;
            more = second < 0 ? 0 : Decimals(ref text, second);
            if (second > 0)
            {
                if (text[second] == '°')
                    second++;
                var side = text[second] == ' ' ? second + 1 : second;
                if (text[side] is 'E' or 'W' && !Edge.IsWord(text[side + 1]))
                    second = side + 1;
                if (Edge.Ends(ref text, second) && (Math.Min(decimals, more) >= 4
                    || Math.Min(decimals, more) >= 2 && GeoWords.IsBefore(ref text, at, 40)))
                {
                    best.Offer(Geo, at, second, 0);
                    return;
                }
            }
        }

        if (decimals >= 3 && Edge.Ends(ref text, first) && AxisWords.IsBefore(ref text, at, 14))
            best.Offer(Geo, at, first, 0);
    }

    private static int Decimals(ref TextCursor text, int end)
    {
        var at = end;
        while (at > 0 && char.IsAsciiDigit(text[at - 1]))
            at--;
        return end - at;
    }

    private static int Degrees(ref TextCursor text, int at, int most, out int decimals)
    {
        decimals = 0;
        if (text[at] is '-' or '+')
            at++;
        var (whole, count) = (0, 0);
        for (; count < 4 && char.IsAsciiDigit(text[at]); count++)
            whole = whole * 10 + text[at++] - '0';
        if (count is 0 or > 3 || whole > most || text[at] != '.')
            return -1;
        for (at++; decimals < 16 && char.IsAsciiDigit(text[at]); at++)
            decimals++;
        return decimals is > 1 and < 16 ? at : -1;
    }

    // 40°26′46″N 79°58′56″W
    private static void LookForArc(ref TextCursor text, int at, ref PersonalBest best)
    {
        var end = Arc(ref text, at, "NS");
        if (end < 0)
            return;
        while (text[end] is ' ' or ',' && end < at + 40)
            end++;
        end = Arc(ref text, end, "EWO");
        if (end > 0 && !Edge.IsWord(text[end]))
            best.Offer(Geo, at, end, 0);
    }

    private static int Arc(ref TextCursor text, int at, string sides)
    {
        var start = at;
        while (at < start + 24 && (char.IsAsciiDigit(text[at]) || text[at] is '°' or '\'' or '′' or '"' or '″'
            or '’' or '”'
            or '.' or ' '))
        {
            at++;
        }

        return at > start && text.Text[start..at].Contains('°') && text[at] != '\0' && sides.Contains(text[at])
            ? at + 1 : -1;
    }
}
