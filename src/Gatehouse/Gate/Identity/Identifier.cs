using System.Globalization;
using Gatehouse.Core.Traffic;

namespace Gatehouse.Gate.Identity;

/// <summary>
/// Step 2 of a call: brings every way to show a credential down to one caller, before anything else looks at the
/// request. What cannot be attributed is refused.
/// </summary>
internal sealed class Identifier(TokenBook tokens, LeakedTokens leaks)
{
    private const string UrlPrefix = "/t/";

    /// <summary>Identifies the call and sets its caller and its path without token.</summary>
    public Refusal? Identify(GateCall call, ListenerIdentity listener)
    {
        var rawTarget = call.Request.Target;
        var path = PathOf(rawTarget);
        string? urlToken = null;
        if (path.StartsWith(UrlPrefix, StringComparison.Ordinal))
        {
            var end = path.IndexOf('/', UrlPrefix.Length);
            urlToken = Uri.UnescapeDataString(end < 0 ? path[UrlPrefix.Length..] : path[UrlPrefix.Length..end]);
            path = end < 0 ? "/" : path[end..];
        }
        call.Path = path;
        call.Query = QueryRules.Forwarded(rawTarget);
        call.Dialect = DialectOf(path, call.Request.Headers.Contains("anthropic-version"));
        if (leaks.Find(rawTarget, urlToken) is { } leak) return LeakedTokens.Refuse(leak);
        var shown = Shown(call.Request.Headers);
        if (shown.Disagrees) return Conflict();
        return urlToken is not null
            ? ByUrl(call, urlToken, shown)
            : listener.Job is not null
                ? ByListener(call, shown, listener)
                : ByHeader(call, shown);
    }

    /// <summary>
    /// Whether the caller's token still stands: asked again once the call can be cut, so that no moment is free.
    /// </summary>
    public Refusal? StillStands(Caller caller)
        => caller.Hash is { } hash && tokens.Ended(hash) ? Explain(TokenVerdict.Revoked, caller.Token) : null;

    private Refusal? ByHeader(GateCall call, Credentials shown)
    {
        if (shown.Token is { } token) return ByToken(call, token, IdentifiedBy.Token);
        return shown.Foreign is not null
            ? Explain(TokenVerdict.Unknown, null)
            : new Refusal(RefusalKind.NoCredential,
                "This call shows no token. Get one with: gatehouse token issue --job JOB", null);
    }

    private Refusal? ByUrl(GateCall call, string urlToken, Credentials shown)
        => shown.Token is { } other && other != urlToken ? Conflict() : ByToken(call, urlToken, IdentifiedBy.UrlToken);

    /// <summary>
    /// The listener names the job of who shows no token. Clients that must send some key may: only a Gatehouse token is
    /// looked at. It means its own job: a port of the host is one job for everybody, and a token tells them apart.
    /// </summary>
    private Refusal? ByListener(GateCall call, Credentials shown, ListenerIdentity listener)
    {
        if (shown.Token is { } token) return ByToken(call, token, IdentifiedBy.Token);
        // A web page can make the browser beside it call loopback; it cannot hide that it is one (Fetch standard).
        if (!BrowserOrigins.MayCome(call, listener.Job!))
        {
            return new Refusal(RefusalKind.Policy,
                $"A web page cannot be job '{listener.Job}' by its listener alone. Use a token"
                    + (call.Request.Headers.Single("Origin") is "null" or "file://"
                        ? "; the origin of a file cannot be listed, since every page from this disk has the same."
                        : ", or list the page's origin under origins: of the job."));
        }
        // A page may also have its own name lead to this address, and then needs no Origin (DNS rebinding).
        if (!call.Request.Headers.Contains("Origin") && IsBrowser(call.Request.Headers)
            && IsForeignName(HostOf(call.Request.Headers)))
        {
            return new Refusal(RefusalKind.Policy,
                "A browser called this job's own listener by a name that is not of a local network. Call it by its "
                    + "address or a local name, or use a token on the gate's shared address.");
        }
        if (!call.Plan.Jobs.TryGetValue(listener.Job!, out var job))
        {
            return new Refusal(RefusalKind.BadToken,
                $"This listener belonged to job '{listener.Job}', which is no longer in the estate.", null);
        }
        call.Caller = new Caller(job, listener.By, null, AddressOf(call));
        if (job.PassCredential) call.OwnCredential = shown.Foreign;
        return null;
    }

    /// <summary>
    /// Every browser says so: none lets a page change all of these. Browsers never send Sec-Fetch-Mode without
    /// Sec-Fetch-Site; Node's fetch, and so every client on it, does.
    /// </summary>
    private static bool IsBrowser(HeaderList headers)
        => headers.Contains("Sec-Fetch-Site")
            || headers.Text("User-Agent")?.StartsWith("Mozilla/", StringComparison.Ordinal) == true
            || (headers.Contains("Accept-Language") && headers.Contains("Referer"));

    /// <summary>The name or address that the caller used, without its port.</summary>
    private static string HostOf(HeaderList headers)
    {
        var host = headers.Text("Host") ?? "";
        var port = host.LastIndexOf(':');
        return port > host.LastIndexOf(']') ? host[..port] : host;
    }

    /// <summary>
    /// A name that somebody outside may own, and can then have lead here. Names without a dot and those that
    /// RFC 6761, RFC 6762, RFC 8375 and ICANN keep for local use are nobody's outside.
    /// </summary>
    private static bool IsForeignName(string host)
    {
        host = host.TrimEnd('.');
        return host.Contains('.') && !System.Net.IPAddress.TryParse(host, out _)
            && !LocalSuffixes.Any(suffix => host.EndsWith(suffix, StringComparison.OrdinalIgnoreCase));
    }

    private static readonly string[] LocalSuffixes =
        [".localhost", ".local", ".lan", ".home", ".internal", ".home.arpa", ".test"];

    private Refusal? ByToken(GateCall call, string token, IdentifiedBy by)
    {
        var (verdict, grant) = tokens.Check(token, call.RemoteAddress);
        // Whatever else is wrong with it: in a URL it has been written to somebody's log by now.
        if (by == IdentifiedBy.UrlToken && grant is { InUrl: false, Revoked: null })
            return LeakedTokens.Refuse(leaks.Revoke(grant));
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
    /// The keys of all headers brought down to one token. Clients send keys for other services, placeholders and
    /// empty values beside it, or the same one twice; only two tokens of this gate can contradict each other.
    /// </summary>
    private static Credentials Shown(HeaderList headers)
    {
        var shown = new Credentials(null, null, false);
        foreach (var header in ReadHeaders.Keys)
        {
            for (var at = headers.NextOf(header, 0); at >= 0; at = headers.NextOf(header, at + 1))
            {
                var key = KeyIn(headers[at].Value);
                if (key.Length == 0) continue;
                if (!IsTokenShaped(key)) shown = shown with { Foreign = shown.Foreign ?? (header, key) };
                else if (shown.Token is { } other && other != key) shown = shown with { Disagrees = true };
                else shown = shown with { Token = key };
            }
        }
        return shown;
    }

    private static string KeyIn(string value)
    {
        value = value.Trim();
        return value.StartsWith("Bearer", StringComparison.OrdinalIgnoreCase) && (value.Length == 6 || value[6] == ' ')
            ? value[6..].Trim() : value;
    }

    private static bool IsTokenShaped(string text) => text.StartsWith(TokenFormat.Prefix, StringComparison.Ordinal);

    private static Refusal Conflict() => new(RefusalKind.ConflictingCredentials,
        "This call shows two different tokens of this gate. Send one.",
        null);

    /// <summary>
    /// The dialect in which a caller whose route is not known yet is most likely to understand a refusal.
    /// </summary>
    private static Dialect DialectOf(string path, bool anthropicVersion)
        => anthropicVersion || path.Contains("/messages", StringComparison.Ordinal) ? Dialect.Anthropic
            : path == "/" || path.StartsWith("/api/", StringComparison.Ordinal) ? Dialect.Ollama : Dialect.OpenAI;

    /// <summary>
    /// The path of a request target. A client that takes the gate for a proxy sends the whole URL (RFC 9112 section
    /// 3.2.2).
    /// </summary>
    private static string PathOf(string rawTarget)
    {
        var start = 0;
        foreach (var scheme in new[] { "http://", "https://" })
        {
            if (!rawTarget.StartsWith(scheme, StringComparison.OrdinalIgnoreCase)) continue;
            start = rawTarget.AsSpan(scheme.Length).IndexOfAny('/', '?', '#');
            if (start < 0) return "/";
            start += scheme.Length;
            if (rawTarget[start] != '/') return "/";
        }
        var length = rawTarget.AsSpan(start).IndexOfAny('?', '#');
        return length < 0 ? rawTarget[start..] : rawTarget.Substring(start, length);
    }

    private static string AddressOf(GateCall call)
        => call.RemoteAddress is { } address
            ? (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString()
            : call.Request.Peer;

    /// <summary>What a call shows: at most one token of this gate, and the first key of another service.</summary>
    private readonly record struct Credentials(
        string? Token, (string Header, string Value)? Foreign, bool Disagrees);
}
