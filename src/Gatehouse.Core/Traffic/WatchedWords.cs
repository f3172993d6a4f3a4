namespace Gatehouse.Core.Traffic;

/// <summary>
/// Classifies keys that no dialect has. Providers and routers invent fields; most of them tune a model, but some name
/// a tool, a file, a source or another server. A key that holds one of these words is not known to be harmless.
/// </summary>
internal static class WatchedWords
{
    private static readonly string[] Words =
    [
        "agent", "apibase", "apikey", "apiversion", "assistant", "aws", "azure", "backend", "baseurl", "browse",
        "bucket", "cachedcontent", "callback", "collection", "connect", "container", "conversation", "crawl",
        "credential", "dataset", "deploy", "document", "endpoint", "execut", "fallback", "fetch", "file",
        "function", "ground", "guardrail", "header", "hook", "host", "http", "integration", "interpreter",
        "knowledge", "litellm", "mcp", "memory", "model", "path", "plugin", "processor", "promptid", "provider",
        "proxy", "query", "remote", "retriev", "route", "sandbox", "search", "server", "source", "tool", "upstream",
        "uri", "url", "vector", "vertex", "web",
    ];

    /// <summary>Words that only look like one of those.</summary>
    private static readonly string[] Harmless = ["profile", "security", "useragent"];

    /// <summary>Whether a key of these bytes, escapes taken off, may name what acts outside the gate.</summary>
    public static bool AreIn(ReadOnlySpan<byte> key)
    {
        const int CharsMax = 128;
        if (key.Length > CharsMax)
            return true;
        Span<char> plain = stackalloc char[CharsMax];
        var length = 0;
        foreach (var one in key)
        {
            // A key in another script names nothing that a server of today reads.
            if (char.IsAsciiLetterOrDigit((char)one))
                plain[length++] = char.ToLowerInvariant((char)one);
        }
        ReadOnlySpan<char> text = plain[..length];
        foreach (var word in Harmless)
        {
            if (text.IndexOf(word, StringComparison.Ordinal) is var at and >= 0)
                plain[at..(at + word.Length)].Fill('-');
        }
        foreach (var word in Words)
        {
            if (text.Contains(word, StringComparison.Ordinal))
                return true;
        }
        return false;
    }
}
