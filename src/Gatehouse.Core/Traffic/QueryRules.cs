using System.Collections.Frozen;
using System.Text;

namespace Gatehouse.Core.Traffic;

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
        var kept = new StringBuilder();
        foreach (var range in query.Split('&'))
        {
            var part = query[range];
            var split = part.IndexOf('=');
            if (split <= 0 || !Names.Contains(part[..split].ToString()) || !IsPlain(part[(split + 1)..])) continue;
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
