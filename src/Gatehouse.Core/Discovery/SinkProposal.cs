using Gatehouse.Core.Discovery.Clues;
using Gatehouse.Core.Estate;

namespace Gatehouse.Core.Discovery;

/// <summary>Tells from a thing's clues where its output goes.</summary>
internal static class SinkProposal
{
    private const string NtfyUrl = "https://ntfy.sh"; // Where ntfy's clients go unless told otherwise.

    // Public places first: what leaves through them cannot be taken back.
    private static readonly (string Word, SinkKind Kind)[] Kinds =
    [
        ("mastodon", SinkKind.Mastodon), ("discord", SinkKind.Discord), ("twitter", SinkKind.Http),
        ("bluesky", SinkKind.Http), ("reddit", SinkKind.Http), ("telegram", SinkKind.Http), ("slack", SinkKind.Http),
        ("wordpress", SinkKind.Http), ("ghost", SinkKind.Http), ("matrix", SinkKind.Http), ("git", SinkKind.Http),
        ("mail", SinkKind.Mail), ("ntfy", SinkKind.Ntfy), ("gotify", SinkKind.Http), ("pushover", SinkKind.Http),
        ("apprise", SinkKind.Http), ("teams", SinkKind.Http), ("webhook", SinkKind.Http), ("http", SinkKind.Http),
        ("mqtt", SinkKind.Mqtt),
    ];

    /// <summary>The sink's draft; null when none was seen that an entry could hold.</summary>
    public static SinkDraft? Of(Thing thing)
    {
        foreach (var (word, kind) in Kinds)
        {
            foreach (var clue in thing.Of(ClueKind.Sink))
            {
                var cut = clue.Value.IndexOf(' ', StringComparison.Ordinal);
                if ((cut < 0 ? clue.Value : clue.Value[..cut]) != word) continue;
                if (Draft(word, kind, cut < 0 ? null : clue.Value[(cut + 1)..], thing) is { } draft) return draft;
            }
        }
        return FromKeys(thing);
    }

    private static SinkDraft? FromKeys(Thing thing)
    {
        foreach (var (word, kind) in Kinds.Take(6))
        {
            var key = thing.Of(ClueKind.SinkKey).FirstOrDefault(clue =>
                clue.Value.Contains(word, StringComparison.OrdinalIgnoreCase))?.Value;
            if (key is not null && kind == SinkKind.Discord)
                return new SinkDraft(word, kind) { Credential = $"env:{key}" };
            if (key is not null && ApiOf(word) is { } url)
                return new SinkDraft(word, kind) { Url = url, Credential = $"env:{key}" };
        }
        return null;
    }

    private static string? ApiOf(string word) => word switch
    {
        "twitter" => "https://api.x.com",
        "bluesky" => "https://bsky.social",
        "reddit" => "https://oauth.reddit.com",
        "telegram" => "https://api.telegram.org",
        _ => null,
    };

    private static SinkDraft? Draft(string word, SinkKind kind, string? place, Thing thing)
    {
        var url = place is not null && Uri.TryCreate(place, UriKind.Absolute, out var uri)
            && !place.Contains(ShownWord.Hidden, StringComparison.Ordinal) ? uri : null;
        var key = word is "http" or "webhook" && url is not null ? Key(url.Host) : word;
        var variable = thing.Of(ClueKind.SinkKey).FirstOrDefault(clue =>
            clue.Value.Contains(word, StringComparison.OrdinalIgnoreCase))?.Value;
        var credential = variable is null ? null : $"env:{variable}";
        var address = url is null || url.AbsolutePath != "/" ? url?.ToString() : place;
        return kind switch
        {
            SinkKind.Discord => new SinkDraft(key, kind) { Credential = credential },
            SinkKind.Mail => new SinkDraft(key, kind)
            {
                Url = url?.Scheme is "smtp" or "smtps" ? address : null,
                Credential = credential,
            },
            SinkKind.Ntfy => new SinkDraft(key, kind) { Url = IsWeb(url) ? address : NtfyUrl, Credential = credential },
            SinkKind.Mqtt => url?.Scheme is "mqtt" or "mqtts" ? new SinkDraft(key, kind) { Url = address } : null,
            _ => IsWeb(url) || ApiOf(word) is not null
                ? new SinkDraft(key, kind) { Url = IsWeb(url) ? address : ApiOf(word), Credential = credential } : null,
        };
    }

    private static bool IsWeb(Uri? url) => url?.Scheme is "http" or "https";

    private static string Key(string host) => NameText.IsKey(host) ? host : "web";
}
