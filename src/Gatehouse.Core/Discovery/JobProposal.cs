using System.Collections.Immutable;
using System.Text;
using Gatehouse.Core.Discovery.Scanning;
using Gatehouse.Core.Estate;

namespace Gatehouse.Core.Discovery;

/// <summary>Makes the entry that a job would have in the estate.</summary>
internal static class JobProposal
{
    /// <summary>A name as a key of the estate: lower case, with dashes for everything that a key cannot hold.</summary>
    public static string KeyOf(string name)
    {
        var key = new StringBuilder();
        foreach (var letter in name.ToLowerInvariant())
        {
            var isFine = char.IsAsciiLetterOrDigit(letter) || letter is '.' or '_' or '-';
            if (isFine && (key.Length != 0 || char.IsAsciiLetterOrDigit(letter))) key.Append(letter);
            else if (!isFine && key.Length != 0 && key[^1] != '-') key.Append('-');
        }
        var text = key.ToString().TrimEnd('-', '.', '_');
        return text.Length == 0 ? "job" : text.Length > 50 ? text[..50].TrimEnd('-', '.', '_') : text;
    }

    /// <summary>The entry; its models are keys of the book.</summary>
    public static JobDraft Of(Candidate candidate, string key, ImmutableArray<string> models, SinkDraft? sink)
    {
        var software = candidate.Software;
        var (trigger, detail) = candidate.Triggered is { } triggered
            ? TriggerOf(triggered) : (software?.Trigger ?? TriggerKind.Unknown, null);
        var source = SourceOf(candidate, trigger);
        var isCaller = candidate.Of(EvidenceKind.Sink).Any(piece => piece.Value == SinkProposal.Caller);
        var isSinkSeen = sink is not null || isCaller || software?.Sink is SinkKind.Stdout;
        // All that a workflow does stands in its nodes: where none writes, its result stays where it runs.
        var isFlow = candidate.First.Kind == ObservationKind.Flow;
        var comment = ImmutableArray.CreateBuilder<string>();
        comment.Add($"found in {candidate.First.Place}");
        if (source.Note is { } note) comment.Add(note);
        if (!isSinkSeen)
        {
            comment.Add(isFlow ? "none of its nodes writes to a place that is known: check `sink`"
                : "where its output goes was not found: check `sink`");
        }
        return new JobDraft
        {
            Key = key,
            Owner = candidate.User is { } user && user.Length is > 0 and <= 64 && user.All(IsPlain) ? user : "unknown",
            Models = models,
            Trigger = trigger,
            TriggerDetail = detail,
            Source = source.Draft,
            Sink = sink?.Key ?? (isFlow && !isCaller ? "none" : "stdout"),
            Can = Abilities(candidate, sink),
            Comment = comment.ToImmutable(),
        };
    }

    private static bool IsPlain(char letter) => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '_' or '-' or '@';

    private static (TriggerKind Kind, string? Detail) TriggerOf(Observation observation)
    {
        if (observation.Trigger != TriggerKind.Cron) return (observation.Trigger!.Value, null);
        // A schedule that cron cannot say is still one that no person starts.
        return observation.Cron is { } cron && CronSchedule.TryParse(cron) is not null
            ? (TriggerKind.Cron, cron) : (TriggerKind.Event, "a schedule");
    }

    private static (SourceDraft Draft, string? Note) SourceOf(Candidate candidate, TriggerKind trigger)
    {
        foreach (var piece in candidate.Of(EvidenceKind.Source))
        {
            var parts = piece.Value.Split(' ', 2);
            var place = parts.Length > 1 && !parts[1].Contains(DisplayWord.Hidden, StringComparison.Ordinal)
                ? parts[1] : null;
            if (parts[0] is "rss" or "http" && place is not null && IsWeb(place))
                return (new SourceDraft(parts[0] == "rss" ? SourceKind.Rss : SourceKind.Http) { Url = place }, null);
            if (parts[0] == "mail") return (new SourceDraft(SourceKind.Mail), null);
            if (parts[0] == "mqtt") return (new SourceDraft(SourceKind.Mqtt), null);
            if (parts[0] == "file" && place?.StartsWith('/') == true)
                return (new SourceDraft(SourceKind.File) { Path = place }, null);
        }
        if (candidate.Has(EvidenceKind.Webhook) || trigger == TriggerKind.Webhook)
            return (new SourceDraft(SourceKind.Webhook), null);
        if (trigger == TriggerKind.Prompt) return (new SourceDraft(SourceKind.Prompt), null);
        return candidate.Software?.Source is SourceKind.Webhook or SourceKind.Prompt or SourceKind.Mail
            ? (new SourceDraft(candidate.Software.Source.Value), null)
            : (new SourceDraft(SourceKind.Webhook), "where its input comes from was not found: check `source`");
    }

    private static bool IsWeb(string place) => Uri.TryCreate(place, UriKind.Absolute, out var url)
        && url.Scheme is "http" or "https" && url.UserInfo.Length == 0;

    /// <summary>Only what was seen, or lies in the nature of the software; the rest stays unknown.</summary>
    private static JobAbilities Abilities(Candidate candidate, SinkDraft? sink)
    {
        var can = candidate.Software?.Can ?? JobAbilities.Unanswered;
        if (candidate.Has(EvidenceKind.Power)) can = can with { AlterData = YesNo.Yes };
        if (sink?.Kind is SinkKind.Mastodon or SinkKind.Discord or SinkKind.Mail)
            can = can with { SendExternally = YesNo.Yes };
        return candidate.Of(EvidenceKind.Power).Any(static piece => piece.Source == EvidenceSource.EngineSocket)
            ? can with { ChangeItself = YesNo.Yes } : can;
    }
}

/// <summary>Determines from a candidate's evidence where its output goes.</summary>
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
        ("mqtt", SinkKind.Mqtt), ("facebook", SinkKind.Http), ("instagram", SinkKind.Http), ("linkedin", SinkKind.Http),
        ("medium", SinkKind.Http), ("youtube", SinkKind.Http), ("whatsapp", SinkKind.Http), ("twilio", SinkKind.Http),
        ("mattermost", SinkKind.Http), ("rocketchat", SinkKind.Http), ("zulip", SinkKind.Http), ("line", SinkKind.Http),
        ("discourse", SinkKind.Http), ("pushbullet", SinkKind.Http), ("sheets", SinkKind.Http),
        ("airtable", SinkKind.Http), ("notion", SinkKind.Http), ("baserow", SinkKind.Http), ("nocodb", SinkKind.Http),
        ("seatable", SinkKind.Http), ("grist", SinkKind.Http), ("coda", SinkKind.Http), ("excel", SinkKind.Http),
        ("googledocs", SinkKind.Http), ("googlecalendar", SinkKind.Http), ("googletasks", SinkKind.Http),
        ("microsofttodo", SinkKind.Http), ("sharepoint", SinkKind.Http), ("supabase", SinkKind.Http),
        ("todoist", SinkKind.Http), ("trello", SinkKind.Http), ("asana", SinkKind.Http), ("clickup", SinkKind.Http),
        ("jira", SinkKind.Http), ("linear", SinkKind.Http), ("hubspot", SinkKind.Http), ("zendesk", SinkKind.Http),
        ("odoo", SinkKind.Http), ("strapi", SinkKind.Http), ("webflow", SinkKind.Http), ("raindrop", SinkKind.Http),
    ];

    /// <summary>Where an answer goes back to the caller; no place of its own.</summary>
    public const string Caller = "caller";

    /// <summary>The sink's draft; null when none was seen that an entry could hold.</summary>
    public static SinkDraft? Of(Candidate candidate)
    {
        foreach (var (word, kind) in Kinds)
        {
            foreach (var piece in candidate.Of(EvidenceKind.Sink))
            {
                var cut = piece.Value.IndexOf(' ', StringComparison.Ordinal);
                if ((cut < 0 ? piece.Value : piece.Value[..cut]) != word) continue;
                if (Draft(word, kind, cut < 0 ? null : piece.Value[(cut + 1)..], candidate) is { } draft) return draft;
            }
        }
        return FromKeys(candidate) ?? Unplaced(candidate);
    }

    /// <summary>A server of the installation's own, of which only the kind was seen.</summary>
    private static SinkDraft? Unplaced(Candidate candidate)
    {
        foreach (var (word, kind) in Kinds)
        {
            if (kind == SinkKind.Http && word is not ("http" or "webhook")
                && candidate.Of(EvidenceKind.Sink).Any(piece => piece.Value == word))
            {
                return new SinkDraft(word, kind)
                {
                    Url = $"http://{word}",
                    Comment = [$"the address of {word} was not found: check `url`"],
                };
            }
        }
        return null;
    }

    private static SinkDraft? FromKeys(Candidate candidate)
    {
        foreach (var (word, kind) in Kinds.Take(6))
        {
            var key = candidate.Of(EvidenceKind.SinkKey).FirstOrDefault(piece =>
                piece.Value.Contains(word, StringComparison.OrdinalIgnoreCase))?.Value;
            if (key is not null && kind == SinkKind.Discord)
                return new SinkDraft(word, kind) { Credential = CredentialOf(key, word) };
            if (key is not null && ApiOf(word) is { } url)
                return new SinkDraft(word, kind) { Url = url, Credential = CredentialOf(key, word) };
        }
        return null;
    }

    private static string? ApiOf(string word) => word switch
    {
        "twitter" => "https://api.x.com",
        "bluesky" => "https://bsky.social",
        "reddit" => "https://oauth.reddit.com",
        "telegram" => "https://api.telegram.org",
        "slack" => "https://slack.com",
        "facebook" or "instagram" or "whatsapp" => "https://graph.facebook.com",
        "linkedin" => "https://api.linkedin.com",
        "medium" => "https://api.medium.com",
        "youtube" => "https://www.googleapis.com",
        "twilio" => "https://api.twilio.com",
        "line" => "https://api.line.me",
        "pushover" => "https://api.pushover.net",
        "pushbullet" => "https://api.pushbullet.com",
        "sheets" => "https://sheets.googleapis.com",
        "googledocs" => "https://docs.googleapis.com",
        "googlecalendar" or "googletasks" => "https://www.googleapis.com",
        "excel" or "microsofttodo" or "sharepoint" => "https://graph.microsoft.com",
        "airtable" => "https://api.airtable.com",
        "notion" => "https://api.notion.com",
        "coda" => "https://coda.io",
        "todoist" => "https://api.todoist.com",
        "trello" => "https://api.trello.com",
        "asana" => "https://app.asana.com",
        "clickup" => "https://api.clickup.com",
        "linear" => "https://api.linear.app",
        "hubspot" => "https://api.hubapi.com",
        "webflow" => "https://api.webflow.com",
        "raindrop" => "https://api.raindrop.io",
        _ => null,
    };

    // What an app keeps in its own store has no variable yet.
    private static string CredentialOf(string key, string word)
        => $"env:{(KnownApis.IsVariable(key) ? key : $"{word.ToUpperInvariant()}_TOKEN")}";

    private static SinkDraft? Draft(string word, SinkKind kind, string? place, Candidate candidate)
    {
        var url = place is not null && Uri.TryCreate(place, UriKind.Absolute, out var uri)
            && !place.Contains(DisplayWord.Hidden, StringComparison.Ordinal) ? uri : null;
        var key = word is "http" or "webhook" && url is not null ? Key(url.Host) : word;
        var variable = candidate.Of(EvidenceKind.SinkKey).FirstOrDefault(piece =>
            piece.Value.Contains(word, StringComparison.OrdinalIgnoreCase))?.Value;
        var credential = variable is null ? null : CredentialOf(variable, word);
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
