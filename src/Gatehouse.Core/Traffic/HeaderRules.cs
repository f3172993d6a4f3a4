using System.Collections.Frozen;
using System.Text;

namespace Gatehouse.Core.Traffic;

/// <summary>
/// Which headers pass the gate. Both directions are allow-lists: a header that nobody thought of stays outside, so
/// that no credential, cookie, address or account name passes by a name that we did not know. Two families of
/// Anthropic's are open.
/// </summary>
public static class HeaderRules
{
    private static readonly FrozenSet<string> OpenAI = Names(
        "accept", "content-type", "user-agent", "idempotency-key", "openai-beta");

    private static readonly FrozenSet<string> Anthropic = Names(
        "accept", "content-type", "user-agent", "idempotency-key", "anthropic-version", "anthropic-beta");

    /// <summary>
    /// Families of headers that Anthropic's clients add to without notice, and whose absence changes what the model
    /// does (code.claude.com/docs, "LLM gateway"); none of them carries a credential.
    /// </summary>
    private static readonly string[] OpenFamilies = ["anthropic-", "x-claude-code-"];

    private static readonly FrozenSet<string> Ollama = Names("accept", "content-type", "user-agent");

    private static readonly FrozenSet<string> Answer = Names(
        "content-type", "content-language", "content-disposition", "cache-control", "retry-after", "retry-after-ms",
        "x-should-retry", "request-id", "x-request-id", "openai-processing-ms", "openai-version");

    /// <summary>The request headers that go upstream in a dialect, in lower case.</summary>
    public static IReadOnlyCollection<string> RequestHeaders(Dialect dialect) => Request(dialect);

    /// <summary>The answer headers that go to the caller, in lower case.</summary>
    public static IReadOnlyCollection<string> AnswerHeaders => Answer;

    /// <summary>Whether a request header goes upstream. Case does not matter.</summary>
    public static bool ForwardsRequest(Dialect dialect, string name) => Request(dialect).Contains(name)
        || (dialect == Dialect.Anthropic && OpenFamilies.Any(
            family => name.StartsWith(family, StringComparison.OrdinalIgnoreCase)));

    /// <summary>Whether an upstream's answer header goes to the caller. Case does not matter.</summary>
    public static bool PassesAnswer(string name) => Answer.Contains(name);

    private static FrozenSet<string> Request(Dialect dialect) => dialect switch
    {
        Dialect.OpenAI => OpenAI,
        Dialect.Anthropic => Anthropic,
        Dialect.Ollama => Ollama,
        _ => throw new ArgumentOutOfRangeException(nameof(dialect), dialect, "Not a dialect."),
    };

    private static FrozenSet<string> Names(params string[] names) =>
        names.ToFrozenSet(StringComparer.OrdinalIgnoreCase);
}

/// <summary>
/// Which parameters of a query go upstream: an allow-list, as for headers, because keys are sent in queries too
/// (<c>?key=…</c>) and some servers take parameters of the body from there.
/// </summary>
public static class QueryRules
{
    /// <summary>Values are flags and dates.</summary>
    private const int ValueCharsMax = 64;

    /// <summary>
    /// Anthropic's beta endpoints (SDK, <c>client.beta.messages</c>), and the version of Azure's API.
    /// </summary>
    private static readonly FrozenSet<string> Names = FrozenSet.Create(StringComparer.Ordinal, "beta", "api-version");

    /// <summary>What of a target's query goes upstream, with its question mark; empty when nothing does.</summary>
    public static string Forwarded(string target)
    {
        ArgumentNullException.ThrowIfNull(target);
        var at = target.IndexOf('?', StringComparison.Ordinal);
        if (at < 0) return "";
        var end = target.IndexOf('#', at);
        var query = target.AsSpan(at + 1, (end < 0 ? target.Length : end) - at - 1);
        // The version of Azure's older paths is no version of the path that goes upstream in their place.
        var isOlder = target.AsSpan(0, at).Contains("/openai/deployments/", StringComparison.Ordinal)
            || target.AsSpan(0, at).EndsWith("/openai/responses", StringComparison.Ordinal);
        var kept = new StringBuilder();
        foreach (var range in query.Split('&'))
        {
            var part = query[range];
            var split = part.IndexOf('=');
            if (split <= 0 || !Names.Contains(part[..split].ToString()) || !IsPlain(part[(split + 1)..])) continue;
            if (isOlder && part.StartsWith("api-version", StringComparison.Ordinal)) continue;
            kept.Append(kept.Length == 0 ? '?' : '&').Append(part);
        }
        return kept.ToString();
    }

    private static bool IsPlain(ReadOnlySpan<char> value)
    {
        if (value.Length > ValueCharsMax) return false;
        foreach (var c in value)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '.' or '_')) return false;
        }
        return true;
    }
}
