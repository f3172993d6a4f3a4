using System.Globalization;
using Gatehouse.Core.Traffic;
using Gatehouse.Listening;
using Microsoft.AspNetCore.Http;

namespace Gatehouse.Gate.Identity;

/// <summary>
/// Step 2 of a call: brings every way to show a credential down to one caller, before anything else looks at the
/// request. What cannot be attributed is refused.
/// </summary>
internal sealed class Identifier(TokenBook tokens, Action<TokenGrant> onLeak)
{
    private const string UrlPrefix = "/t/";

    /// <summary>Identifies the call and sets its caller and its path without token.</summary>
    public Refusal? Identify(GateCall call, string rawTarget, ListenerIdentity listener)
    {
        var path = PathOf(rawTarget);
        string? urlToken = null;
        if (path.StartsWith(UrlPrefix, StringComparison.Ordinal))
        {
            var end = path.IndexOf('/', UrlPrefix.Length);
            urlToken = Uri.UnescapeDataString(end < 0 ? path[UrlPrefix.Length..] : path[UrlPrefix.Length..end]);
            path = end < 0 ? "/" : path[end..];
        }
        call.Path = path;
        call.Dialect = DialectOf(path, call.Http.Request.Headers.ContainsKey("anthropic-version"));
        if (FindLeak(rawTarget) is { } leak) return leak;
        var carried = Carried(call.Http.Request, out var conflict);
        if (conflict is not null) return conflict;
        return urlToken is not null
            ? ByUrl(call, urlToken, carried, listener)
            : listener.Job is not null
                ? ByListener(call, carried, listener)
                : ByHeader(call, carried);
    }

    /// <summary>
    /// Whether the caller's token still stands: asked again once the call can be cut, so that no moment is free.
    /// </summary>
    public Refusal? StillStands(Caller caller)
        => caller.Hash is { } hash && tokens.Ended(hash) ? Explain(TokenVerdict.Revoked, caller.Token) : null;

    private Refusal? ByHeader(GateCall call, string? carried)
    {
        if (carried is null)
        {
            return new Refusal(RefusalKind.NoCredential,
                "This call shows no token. Get one with: gatehouse token issue --job JOB", null);
        }
        return ByToken(call, carried, IdentifiedBy.Token);
    }

    private Refusal? ByUrl(GateCall call, string urlToken, string? carried, ListenerIdentity listener)
    {
        if (carried is not null && IsTokenShaped(carried) && carried != urlToken) return Conflict();
        var refusal = ByToken(call, urlToken, IdentifiedBy.UrlToken);
        return refusal is null && listener.Job is { } job && job != call.Caller.Job.Key ? Conflict() : refusal;
    }

    /// <summary>
    /// The listener names the job. Clients that must send some key may: only a Gatehouse token is looked at, and it
    /// has to be this job's.
    /// </summary>
    private Refusal? ByListener(GateCall call, string? carried, ListenerIdentity listener)
    {
        if (carried is not null && IsTokenShaped(carried))
        {
            var refusal = ByToken(call, carried, IdentifiedBy.Token);
            return refusal is null && call.Caller.Job.Key != listener.Job ? Conflict() : refusal;
        }
        // A web page can make the browser beside it call loopback; it cannot hide that it is one (Fetch standard).
        if (call.Http.Request.Headers.Origin.Count > 0)
        {
            return new Refusal(RefusalKind.Policy,
                "A web page cannot be this job: its own listener takes no calls from browsers. Use a token.");
        }
        if (!call.Plan.Jobs.TryGetValue(listener.Job!, out var job))
        {
            return new Refusal(RefusalKind.BadToken,
                $"This listener belonged to job '{listener.Job}', which is no longer in the estate.", null);
        }
        call.Caller = new Caller(job, IdentifiedBy.Listener, null, AddressOf(call));
        return null;
    }

    private Refusal? ByToken(GateCall call, string token, IdentifiedBy by)
    {
        var (verdict, grant) = tokens.Check(token, call.RemoteAddress);
        // Whatever else is wrong with it: in a URL it has been written to somebody's log by now.
        if (by == IdentifiedBy.UrlToken && grant is { InUrl: false, Revoked: null }) return Leaked(grant);
        if (verdict != TokenVerdict.Good) return Explain(verdict, grant);
        if (!call.Plan.Jobs.TryGetValue(grant!.Job, out var job))
        {
            return new Refusal(
                RefusalKind.BadToken, $"The token's job '{grant.Job}' is no longer in the estate.", null);
        }
        call.Caller = new Caller(job, by, grant, AddressOf(call)) { Hash = TokenFormat.Hash(token) };
        return null;
    }

    private static Refusal Explain(TokenVerdict verdict, TokenGrant? grant) => verdict switch
    {
        TokenVerdict.Expired => new Refusal(RefusalKind.ExpiredToken, string.Create(CultureInfo.InvariantCulture,
            $"The token of job '{grant!.Job}' expired at {grant.Expires:yyyy-MM-dd HH:mm} UTC. Renew it with: "
                + $"gatehouse token issue --job {grant.Job}{(grant.Service ? " --service" : "")}"), null),
        TokenVerdict.Revoked => new Refusal(grant!.Leaked ? RefusalKind.LeakedToken : RefusalKind.BadToken,
            $"The token of job '{grant.Job}' was revoked{(grant.Leaked ? " because it was seen in a URL" : "")}. "
                + $"Get a new one with: gatehouse token issue --job {grant.Job}", null),
        TokenVerdict.WrongNetwork => new Refusal(RefusalKind.BadToken,
            $"The token of job '{grant!.Job}' is bound to another network than this call comes from.", null),
        _ => new Refusal(RefusalKind.BadToken,
            "The credential shown is not a token of this gate. Get one with: gatehouse token issue --job JOB", null),
    };

    /// <summary>
    /// Any of our tokens in a path or query has been written to somebody's log by now: it is revoked. The place for
    /// tokens that were issued for it is left to <see cref="ByUrl"/>.
    /// </summary>
    private Refusal? FindLeak(string rawTarget)
    {
        // An escaped character hides a token from this search, not from those who read the log.
        if (rawTarget.Contains('%')) rawTarget = Uri.UnescapeDataString(rawTarget);
        for (var at = rawTarget.IndexOf(TokenFormat.Prefix, StringComparison.Ordinal); at >= 0;
             at = rawTarget.IndexOf(TokenFormat.Prefix, at + 1, StringComparison.Ordinal))
        {
            if (rawTarget.Length - at < TokenFormat.Length) break;
            var candidate = rawTarget.Substring(at, TokenFormat.Length);
            if (at == UrlPrefix.Length && rawTarget.StartsWith(UrlPrefix, StringComparison.Ordinal)) continue;
            var (_, grant) = tokens.Check(candidate, null);
            if (grant is not null) return Leaked(grant);
        }
        return null;
    }

    private Refusal Leaked(TokenGrant grant)
    {
        if (grant.Revoked is null && tokens.Revoke(grant.Id, leaked: true)) onLeak(grant);
        return new Refusal(RefusalKind.LeakedToken,
            $"A token of job '{grant.Job}' was sent in a URL, where logs keep it. It is revoked now. "
                + $"Send tokens in a header, or issue one for URLs: gatehouse token issue --job {grant.Job} "
                + "--in-url --from CIDR", null);
    }

    private static string? Carried(HttpRequest request, out Refusal? conflict)
    {
        conflict = null;
        var authorization = request.Headers.Authorization;
        var apiKey = request.Headers["x-api-key"];
        if (authorization.Count > 1 || apiKey.Count > 1)
        {
            conflict = Conflict();
            return null;
        }
        var bearer = authorization.Count == 1 ? BearerOf(authorization[0]!) : null;
        var key = apiKey.Count == 1 ? apiKey[0]!.Trim() : null;
        if (bearer is not null && key is not null && bearer != key) conflict = Conflict();
        return bearer ?? key;
    }

    private static string BearerOf(string authorization)
        => authorization.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase)
            ? authorization["Bearer ".Length..].Trim()
            : authorization.Trim();

    private static bool IsTokenShaped(string text) => text.StartsWith(TokenFormat.Prefix, StringComparison.Ordinal);

    private static Refusal Conflict() => new(RefusalKind.ConflictingCredentials,
        "This call shows more than one credential, and they do not agree. Send one.", null);

    /// <summary>
    /// The dialect in which a caller whose route is not known yet is most likely to understand a refusal.
    /// </summary>
    private static Dialect DialectOf(string path, bool anthropicVersion)
        => anthropicVersion || path.Contains("/messages", StringComparison.Ordinal) ? Dialect.Anthropic
            : path == "/" || path.StartsWith("/api/", StringComparison.Ordinal) ? Dialect.Ollama : Dialect.OpenAI;

    private static string PathOf(string rawTarget)
    {
        var query = rawTarget.AsSpan().IndexOfAny('?', '#');
        return query < 0 ? rawTarget : rawTarget[..query];
    }

    private static string AddressOf(GateCall call)
        => call.RemoteAddress is { } address
            ? (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString()
            : PeerCredentials.Of(call.Http) is { } peer
            ? string.Create(CultureInfo.InvariantCulture, $"unix uid {peer.Uid}") : "unix";
}
