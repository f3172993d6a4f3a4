using System.Globalization;

namespace Gatehouse.Core.Discovery.Scanning;

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
    /// Whether the host is one of the house: this machine, a private address or a name without a dot.
    /// </summary>
    public bool IsHouse => Host is "localhost" or "::1" || !Host.Contains('.', StringComparison.Ordinal)
        || IsPrivateAddress(Host)
        || HouseEnds.Any(end => Host.EndsWith(end, StringComparison.Ordinal));

    // Others are left out of what is shown: what stands there may be the end of something else.
    private static readonly string[] Schemes =
    [
        "http", "https", "ws", "wss", "imap", "imaps", "pop3", "pop3s", "smtp", "smtps", "submission", "mailto", "mqtt",
        "mqtts", "tcp", "grpc",
    ];

    private static readonly string[] HouseEnds =
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
