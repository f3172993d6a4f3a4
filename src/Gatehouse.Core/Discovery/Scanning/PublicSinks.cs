namespace Gatehouse.Core.Discovery.Scanning;

/// <summary>
/// Tells by a URL that it takes output to where others read it. What is handed on begins with the kind in one word;
/// the path is left out, because it often is the credential.
/// </summary>
internal static class PublicSinks
{
    private static readonly (string Host, string PathStart, string Kind)[] Hosts =
    [
        ("discord.com", "/api/", "discord"), ("discordapp.com", "/api/", "discord"),
        ("hooks.slack.com", "/", "slack"), ("slack.com", "/api/", "slack"),
        ("api.telegram.org", "/", "telegram"), ("ntfy.sh", "/", "ntfy"), ("api.pushover.net", "/", "pushover"),
        ("api.pushbullet.com", "/", "pushbullet"), ("api.twitter.com", "/", "twitter"), ("api.x.com", "/", "twitter"),
        ("bsky.social", "/xrpc/", "bluesky"), ("graph.facebook.com", "/", "facebook"),
        ("api.linkedin.com", "/", "linkedin"), ("oauth.reddit.com", "/", "reddit"), ("api.mailgun.net", "/", "mail"),
        ("api.sendgrid.com", "/", "mail"), ("api.postmarkapp.com", "/", "mail"), ("api.resend.com", "/", "mail"),
        ("api.github.com", "/", "git"), ("graph.instagram.com", "/", "instagram"), ("api.medium.com", "/", "medium"),
        ("api.twilio.com", "/", "twilio"), ("maker.ifttt.com", "/", "ifttt"),
        ("chat.googleapis.com", "/", "googlechat"),
    ];

    private static readonly (string Part, string Kind)[] Paths =
    [
        ("/api/v1/statuses", "mastodon"), ("/api/v2/media", "mastodon"), ("/xrpc/com.atproto.", "bluesky"),
        ("/wp-json/wp/v2/posts", "wordpress"), ("/xmlrpc.php", "wordpress"), ("/ghost/api/admin", "ghost"),
        ("/_matrix/client/", "matrix"), ("/api/webhooks/", "discord"), ("/webhookb2/", "teams"),
        ("/api/v1/statuses/", "mastodon"), ("/hooks/", "webhook"), ("/api/notify", "apprise"),
    ];

    private static readonly string[] HostWords = ["ntfy", "gotify", "apprise", "mattermost"];

    /// <summary>The kind of sink, as <c>discord</c>; null when the URL is of none that is known.</summary>
    public static string? KindOf(ParsedUrl url)
    {
        if (url.Scheme is "smtp" or "smtps" or "mailto" or "submission")
            return "mail";
        if (url.Scheme is "mqtt" or "mqtts")
            return "mqtt";
        foreach (var (host, start, kind) in Hosts)
        {
            if ((url.Host == host || url.Host.EndsWith("." + host, StringComparison.Ordinal))
                && url.Path.StartsWith(start, StringComparison.Ordinal))
            {
                return kind;
            }
        }
        foreach (var (part, kind) in Paths)
        {
            if (url.Path.Contains(part, StringComparison.Ordinal))
                return kind;
        }
        if (url.Host.EndsWith(".webhook.office.com", StringComparison.Ordinal))
            return "teams";
        var first = url.Host.Split('.')[0];
        return url.Path.Length > 1 ? HostWords.FirstOrDefault(word => first == word) : null;
    }

    public static string Show(string kind, ParsedUrl url)
        => DisplayWord.Url(url, withPath: false) is { } place ? $"{kind} {place}" : kind;
}
