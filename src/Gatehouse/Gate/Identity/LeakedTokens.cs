using Gatehouse.Core.Traffic;

namespace Gatehouse.Gate.Identity;

/// <summary>
/// Finds tokens of this gate in URLs, where logs, histories and referrers keep them, and revokes them. Every listener
/// asks, whatever it would have answered.
/// </summary>
/// <param name="tokens">The tokens of this gate.</param>
/// <param name="onLeak">Told once for each token that was revoked.</param>
internal sealed class LeakedTokens(TokenBook tokens, Action<TokenGrant> onLeak)
{
    /// <summary>
    /// How often a target is unescaped in search of a token. Proxies and clients escape once, sometimes twice; each
    /// round is one pass over at most 8 KiB (Kestrel's limit of a request line).
    /// </summary>
    private const int UnescapesMax = 4;

    /// <summary>
    /// The token of this gate in a request target, revoked now; null when there is none. The same token in the place
    /// that was made for it is none: <paramref name="urlToken"/>.
    /// </summary>
    public TokenGrant? Find(string rawTarget, string? urlToken = null)
    {
        // An escaped character hides a token from a search, not from those who read the log.
        for (var round = 0; round <= UnescapesMax; round++)
        {
            if (In(rawTarget, urlToken) is { } grant) return Revoke(grant);
            if (!rawTarget.Contains('%')) return null;
            var unescaped = Uri.UnescapeDataString(rawTarget);
            if (unescaped.Length == rawTarget.Length) return null;
            rawTarget = unescaped;
        }
        return null;
    }

    /// <summary>Revokes a token that was seen in a URL.</summary>
    public TokenGrant Revoke(TokenGrant grant)
    {
        if (grant.Revoked is null && tokens.Revoke(grant.Id, leaked: true)) onLeak(grant);
        return grant;
    }

    /// <summary>What the caller hears.</summary>
    public static Refusal Refuse(TokenGrant grant) => new(RefusalKind.LeakedToken,
        $"A token of job '{grant.Job}' was sent in a URL, where logs keep it. It is revoked now. "
            + $"Send tokens in a header, or issue one for URLs: gatehouse token issue --job {grant.Job} "
            + "--in-url --from CIDR", null);

    private TokenGrant? In(string target, string? urlToken)
    {
        var isExpected = urlToken is not null;
        for (var at = target.IndexOf(TokenFormat.Prefix, StringComparison.Ordinal); at >= 0;
             at = target.IndexOf(TokenFormat.Prefix, at + 1, StringComparison.Ordinal))
        {
            if (target.Length - at < TokenFormat.Length) return null;
            var candidate = target.AsSpan(at, TokenFormat.Length);
            // The first match of the URL token is its place: nothing before it could hold one.
            if (isExpected && candidate.SequenceEqual(urlToken) && IsUrlPlace(target, at))
            {
                isExpected = false;
                continue;
            }
            var (_, grant) = tokens.Check(candidate.ToString(), null);
            if (grant is not null) return grant;
        }
        return null;
    }

    /// <summary>Whether a token at this place follows <c>/t/</c> at the start of the path.</summary>
    private static bool IsUrlPlace(string target, int at)
    {
        if (at < 3 || !target.AsSpan(at - 3, 3).SequenceEqual("/t/")) return false;
        var before = target.AsSpan(0, at - 3);
        // Nothing, or the scheme and host of a whole URL.
        var scheme = before.IndexOf("://");
        return before.IsEmpty || (scheme > 0 && before[(scheme + 3)..].IndexOfAny('/', '?', '#') < 0);
    }
}
