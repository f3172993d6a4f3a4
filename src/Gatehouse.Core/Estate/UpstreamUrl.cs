namespace Gatehouse.Core.Estate;

/// <summary>
/// Where a model is served, normalised once so that a call only joins strings. The same place may be written with
/// or without a closing <c>/v1</c> and below any base path.
/// </summary>
public sealed record UpstreamUrl
{
    private const int LengthMax = 2048; // Characters: far above real URLs, below what any server accepts.

    private UpstreamUrl()
    {
    }

    /// <summary>How the upstream is reached.</summary>
    public required UpstreamScheme Scheme { get; init; }

    /// <summary>Host name or address without brackets; <c>localhost</c> for a Unix socket.</summary>
    public required string Host { get; init; }

    /// <summary>TCP port; 0 for a Unix socket.</summary>
    public required int Port { get; init; }

    /// <summary>Path of the socket, only for <see cref="UpstreamScheme.Unix"/>.</summary>
    public string? SocketPath { get; init; }

    /// <summary>Path before routes such as <c>/api/chat</c>: empty, or starting and not ending with a slash.</summary>
    public required string RootPath { get; init; }

    /// <summary>What stands in the place of <c>/v1</c> for routes such as <c>/v1/chat/completions</c>.</summary>
    public required string VersionPath { get; init; }

    /// <summary>The <c>Host</c> header: with brackets for IPv6, with the port where it is not the scheme's.</summary>
    public string Authority
    {
        get
        {
            if (Scheme == UpstreamScheme.Unix)
                return Host;
            var host = Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host;
            return Port == (Scheme == UpstreamScheme.Https ? 443 : 80) ? host : $"{host}:{Port}";
        }
    }

    /// <summary>Reads <c>http://…</c>, <c>https://…</c> or <c>unix:/absolute/path</c>.</summary>
    /// <param name="text">As the estate file holds it.</param>
    /// <param name="problem">What is wrong, without the text itself (it may hold a password); null when read.</param>
    /// <returns>The parsed place, or null with a problem.</returns>
    public static UpstreamUrl? TryParse(string text, out string? problem)
    {
        ArgumentNullException.ThrowIfNull(text);
        problem = null;
        if (text.StartsWith("unix:", StringComparison.Ordinal))
            return FromSocket(text["unix:".Length..], out problem);
        var uri = PlainUrl.TryParse(text, LengthMax, out problem);
        if (uri is null)
            return null;
        if (uri.Scheme != Uri.UriSchemeHttp && uri.Scheme != Uri.UriSchemeHttps)
        {
            problem = "starts with neither http://, https:// nor unix:";
            return null;
        }
        var (root, version) = SplitPath(uri.AbsolutePath.TrimEnd('/'));
        return new UpstreamUrl
        {
            Scheme = uri.Scheme == Uri.UriSchemeHttps ? UpstreamScheme.Https : UpstreamScheme.Http,
            Host = uri.IdnHost.Trim('[', ']'),
            Port = uri.Port,
            RootPath = root,
            VersionPath = version,
        };
    }

    /// <summary>The upstream's path for a route of the gate.</summary>
    /// <param name="route">A path of the gate, such as <c>/v1/chat/completions</c> or <c>/api/chat</c>.</param>
    public string PathFor(string route)
    {
        ArgumentNullException.ThrowIfNull(route);
        return route.StartsWith("/v1/", StringComparison.Ordinal)
            ? string.Concat(VersionPath, route.AsSpan("/v1".Length))
            : string.Concat(RootPath, route);
    }

    /// <summary>The zone of the host; a Unix socket is this machine.</summary>
    public Zone ZoneIn(NetworkZones zones)
    {
        ArgumentNullException.ThrowIfNull(zones);
        return Scheme == UpstreamScheme.Unix ? Zone.Host : zones.ClassifyHost(Host);
    }

    /// <summary>The normalised form, which two ways to write the same place share.</summary>
    public override string ToString() => Scheme switch
    {
        UpstreamScheme.Unix => $"unix:{SocketPath}",
        UpstreamScheme.Https => $"https://{Authority}{VersionPath}",
        _ => $"http://{Authority}{VersionPath}",
    };

    private static UpstreamUrl? FromSocket(string path, out string? problem)
    {
        problem = Estate.SocketPath.IsUsable(path)
            ? null : "does not name a socket: the path must be absolute and at most 107 bytes";
        return problem is not null ? null : new UpstreamUrl
        {
            Scheme = UpstreamScheme.Unix,
            Host = "localhost",
            Port = 0,
            SocketPath = path,
            RootPath = "",
            VersionPath = "/v1",
        };
    }

    /// <summary>
    /// A path that already holds a version (<c>/api/v1</c>, <c>/v1beta/openai</c>, <c>/api/paas/v4</c>) is the whole
    /// prefix, as an OpenAI client would use it; any other path gets <c>/v1</c> behind it.
    /// </summary>
    private static (string Root, string Version) SplitPath(string path)
    {
        if (path.EndsWith("/v1", StringComparison.Ordinal))
            return (path[..^"/v1".Length], path);
        foreach (var segment in path.Split('/'))
        {
            if (segment.Length >= 2 && segment[0] == 'v' && char.IsAsciiDigit(segment[1]))
                return (path, path);
        }
        return (path, path + "/v1");
    }
}

/// <summary>How an upstream is reached.</summary>
public enum UpstreamScheme
{
    /// <summary>HTTP without encryption.</summary>
    Http,

    /// <summary>HTTP over TLS.</summary>
    Https,

    /// <summary>HTTP over a Unix socket: no network at all.</summary>
    Unix,
}

/// <summary>URLs as an estate holds them: absolute, with a host, without secrets, queries and fragments.</summary>
internal static class PlainUrl
{
    public static Uri? TryParse(string text, int lengthMax, out string? problem)
    {
        problem = null;
        if (text.Length > lengthMax)
            problem = $"is longer than {lengthMax} characters";
        else if (text.Any(c => c <= ' ' || c >= 0x7f || c == '\\'))
            problem = "holds a space, a control character, a backslash or a character outside ASCII";
        if (problem is not null)
            return null;
        var isWritten = text.Contains("://", StringComparison.Ordinal);
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Host.Length == 0 || !isWritten)
            problem = "is not a URL with a scheme and a host";
        else if (uri.UserInfo.Length != 0)
            problem = "holds a user name or password: put it in `credential:` as a reference";
        else if (uri.Query.Length != 0 || uri.Fragment.Length != 0 || text.AsSpan().IndexOfAny('?', '#') >= 0)
            problem = "holds a query or fragment, where keys like to hide: leave it out";
        return problem is null ? uri : null;
    }
}
