using System.Buffers;
using System.Globalization;

namespace Gatehouse.Core.Discovery.Scanning;

/// <summary>Finds URLs in a line and tells where they lead: to a model, to a sink, or from a source.</summary>
internal static class UrlScan
{
    private const int UrlMax = 2048; // Characters of a URL that are looked at.

    private static readonly SearchValues<char> Ends = SearchValues.Create(" \t\r\n\"'`<>|;,)}]\\");

    // How the common tools and libraries say that they send something.
    private static readonly string[] PostWords =
    [
        "-X POST", "-XPOST", "--request POST", "-X PUT", "--data", " -d ", " -d'", " -d\"", "--json", " -F ", "--form",
        "--post-data", "--post-file", "--upload-file", " -T ", ".post(", ".put(", "'POST'", "\"POST\"", "--method=POST",
    ];

    public static bool Posts(string line) => PostWords.Any(word => line.Contains(word, StringComparison.Ordinal));

    public static void Add(EvidenceBag bag, string where, string line, bool posts)
    {
        var from = 0;
        while (from < line.Length && line.IndexOf("://", from, StringComparison.Ordinal) is >= 0 and var mark)
        {
            var start = mark;
            while (start > from && char.IsAsciiLetterOrDigit(line[start - 1]))
                start--;
            var length = line.AsSpan(mark + 3).IndexOfAny(Ends);
            var end = length < 0 ? line.Length : mark + 3 + length;
            if (start < mark && end - start <= UrlMax && ParsedUrl.TryParse(line[start..end]) is { } url)
                Classify(bag, where, url, posts);
            from = Math.Max(end, mark + 3);
        }
        AddBare(bag, where, line);
    }

    /// <summary>The address in a variable whose own name says that it is a model server's.</summary>
    public static void AddAddress(EvidenceBag bag, string where, string name, string value)
    {
        foreach (var text in value.Split([',', ';', ' '], 10, StringSplitOptions.RemoveEmptyEntries))
        {
            if (ParsedUrl.TryParse(text) is not { } url || url.Host.AsSpan().IndexOfAny('$', '{') >= 0
                || HostedApis.IsUpkeepPath(url.Path) || (url.Scheme.Length == 0 && url.Path.Length != 0)
                || url.Scheme is not ("" or "http" or "https"))
            {
                continue;
            }
            // Ollama's clients take a bare name and add the port; of others a bare name may be anything.
            var isOllama = name.Contains("OLLAMA", StringComparison.OrdinalIgnoreCase);
            if (url.Scheme.Length == 0 && url.Port is null)
            {
                if (!isOllama || url.Host is "0.0.0.0" or "true" or "false" or "none" || url.HidesHost) continue;
                url = url with { Port = 11434 };
            }
            if (DisplayWord.Url(url, withPath: true) is { } place)
                bag.Add(EvidenceKind.ModelUrl, where, place);
        }
    }

    /// <summary>What one URL says.</summary>
    public static void Classify(EvidenceBag bag, string where, ParsedUrl url, bool posts)
    {
        if (url.Host.Contains('$', StringComparison.Ordinal) || url.Host.Contains('{', StringComparison.Ordinal))
            return;
        if (HostedApis.IsModel(url))
        {
            if (HostedApis.IsUpkeepPath(url.Path))
                bag.SawUpkeep = true;
            else if (HostedApis.IsAccountPath(url.Path))
                bag.SawAccount = true;
            else if (DisplayWord.Url(url, withPath: true) is { } model)
                bag.Add(EvidenceKind.ModelUrl, where, model);
        }
        else if (PublicSinks.KindOf(url) is { } kind)
        {
            bag.Add(EvidenceKind.Sink, where, PublicSinks.Show(kind, url));
        }
        else if (url.Scheme is "imap" or "imaps" or "pop3" or "pop3s")
        {
            bag.Add(EvidenceKind.Source, where, $"mail {DisplayWord.Url(url, withPath: false)}");
        }
        else if (url.Scheme is "http" or "https")
        {
            AddPlain(bag, where, url, posts);
        }
    }

    private static void AddPlain(EvidenceBag bag, string where, ParsedUrl url, bool posts)
    {
        if (posts)
            bag.Add(EvidenceKind.Sink, where, PublicSinks.Show("http", url));
        else if (DisplayWord.Url(url, withPath: true) is { } place)
            bag.Add(EvidenceKind.Source, where, $"{(IsFeed(url.Path) ? "rss" : "http")} {place}");
    }

    private static bool IsFeed(string path)
    {
        var lower = path.ToLowerInvariant();
        return lower.Contains("/rss", StringComparison.Ordinal) || lower.Contains("/feed", StringComparison.Ordinal)
            || lower.Contains("atom", StringComparison.Ordinal) || lower.EndsWith(".xml", StringComparison.Ordinal)
            || lower.EndsWith(".rss", StringComparison.Ordinal);
    }

    // The first half of `11434:11434` is a port.
    private static bool IsHostLetter(char letter) => letter == '.' || !char.IsAsciiDigit(letter);

    /// <summary>Ollama's port without a scheme, as in <c>OLLAMA_HOST=10.0.0.2:11434</c>.</summary>
    private static void AddBare(EvidenceBag bag, string where, string line)
    {
        const string Port = ":11434";
        var from = 0;
        while (from < line.Length && line.IndexOf(Port, from, StringComparison.Ordinal) is >= 0 and var at)
        {
            from = at + Port.Length;
            var start = at;
            while (start > 0 && at - start < 253
                && (char.IsAsciiLetterOrDigit(line[start - 1]) || line[start - 1] is '.' or '-' or '_'))
            {
                start--;
            }
            if ((from < line.Length && char.IsAsciiDigit(line[from])) || start == at
                || (start >= 3 && line.AsSpan(start - 3, 3) is "://") || (start > 0 && line[start - 1] == '@'))
            {
                continue;
            }
            if (ParsedUrl.TryParse(line[start..from]) is { } url && url.Host.Any(IsHostLetter)
                && DisplayWord.Url(url, withPath: false) is { } place)
            {
                bag.Add(EvidenceKind.ModelUrl, where, place);
            }
        }
    }
}

/// <summary>A URL, or a bare <c>host:port</c>, taken apart without asking whether it is valid.</summary>
/// <param name="Scheme">In lower case; empty for a bare <c>host:port</c>.</param>
/// <param name="Host">In lower case, without brackets.</param>
/// <param name="Port">The port that was written; null when none was.</param>
/// <param name="Path">From the first slash on, without query and fragment; may be empty.</param>
internal sealed record ParsedUrl(string Scheme, string Host, int? Port, string Path)
{
    /// <summary>Whether a part of the host may be a secret; asked of the letters as they were written.</summary>
    public bool HidesHost { get; private init; }

    public bool IsUsualPort => (Scheme, Port) is ("http", 80) or ("https", 443);

    /// <summary>
    /// Whether the address is a local one: this machine, a private address or a name without a dot.
    /// </summary>
    public bool IsLocal => Host is "localhost" or "::1" || !Host.Contains('.', StringComparison.Ordinal)
        || IsPrivateAddress(Host)
        || LocalEnds.Any(end => Host.EndsWith(end, StringComparison.Ordinal));

    // Others are left out of what is shown: what stands there may be the end of something else.
    private static readonly string[] Schemes =
    [
        "http", "https", "ws", "wss", "imap", "imaps", "pop3", "pop3s", "smtp", "smtps", "submission", "mailto", "mqtt",
        "mqtts", "tcp", "grpc",
    ];

    private static readonly string[] LocalEnds =
        [".local", ".lan", ".home", ".internal", ".localdomain", ".home.arpa", ".localhost", ".docker.internal"];

    public static ParsedUrl? TryParse(string text)
    {
        var mark = text.IndexOf("://", StringComparison.Ordinal);
        var scheme = mark < 0 ? "" : text[..mark].ToLowerInvariant();
        scheme = Schemes.Contains(scheme) ? scheme : "";
        var rest = mark < 0 ? text : text[(mark + 3)..];
        var end = rest.AsSpan().IndexOfAny("/?#\\");
        var authority = end < 0 ? rest : rest[..end];
        var path = end >= 0 && rest[end] == '/' ? rest[end..] : "";
        var query = path.AsSpan().IndexOfAny("?#");
        path = query < 0 ? path : path[..query];
        authority = authority[(authority.LastIndexOf('@') + 1)..];
        int? port = null;
        var colon = authority.LastIndexOf(':');
        var host = authority;
        if (colon > 0 && authority.IndexOf(']', colon) < 0)
        {
            host = authority[..colon];
            port = int.TryParse(
                authority.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                && number is > 0 and < 65536 ? number : null;
        }
        host = host.Trim('[', ']').TrimEnd('.');
        // A number alone is a port whose host was left out; taken as a host it would mean the address 0.0.x.y.
        return host.Length is 0 or > 253 || host.All(char.IsAsciiDigit) ? null
            : new ParsedUrl(scheme, host.ToLowerInvariant(), port, path)
            {
                HidesHost = host.Split('.').Any(DisplayWord.IsToken),
            };
    }

    private static bool IsPrivateAddress(string host)
    {
        if (!System.Net.IPAddress.TryParse(host, out var address))
            return false;
        var bytes = address.GetAddressBytes();
        if (bytes.Length == 16)
            return System.Net.IPAddress.IsLoopback(address) || (bytes[0] & 0xFE) == 0xFC || address.IsIPv6LinkLocal;
        return (bytes[0], bytes[1]) is (10 or 127 or 0, _) or (192, 168) or (172, >= 16 and < 32) or (169, 254)
            or (100, >= 64 and < 128);
    }
}
