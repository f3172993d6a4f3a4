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
        if (candidate.Of(EvidenceKind.Power)
            .Any(piece => piece.Value.StartsWith("commands the engine", StringComparison.Ordinal)))
        {
            can = can with { ChangeItself = YesNo.Yes };
        }
        return can;
    }
}
