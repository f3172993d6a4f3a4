using System.Buffers;

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
