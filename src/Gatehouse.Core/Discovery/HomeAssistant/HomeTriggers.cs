using System.Globalization;
using Gatehouse.Core.Discovery.Scanning;
using Gatehouse.Core.Discovery.Trees;
using Gatehouse.Core.Estate;

namespace Gatehouse.Core.Discovery.HomeAssistant;

/// <summary>Says what starts an automation of Home Assistant.</summary>
internal static class HomeTriggers
{
    private const int TriggersMax = 100; // Of one automation.

    /// <summary>Adds the sources of all triggers.</summary>
    /// <returns>The trigger that strangers can use first, and the schedule when there is exactly one.</returns>
    public static (TriggerKind? Kind, string? Cron) Read(EvidenceBag bag, TreeNode automation)
    {
        var kinds = new List<TriggerKind>();
        var crons = new List<string?>();
        foreach (var trigger in automation.ListOf("triggers", "trigger").Take(TriggersMax))
        {
            var platform = trigger.TextOf("trigger", "platform") ?? "";
            kinds.Add(KindOf(platform));
            if (kinds[^1] == TriggerKind.Cron)
                crons.Add(CronOf(platform, trigger));
            else
                AddSource(bag, platform, trigger);
        }
        foreach (var kind in (ReadOnlySpan<TriggerKind>)
            [TriggerKind.Webhook, TriggerKind.Event, TriggerKind.Cron, TriggerKind.Prompt])
        {
            if (kinds.Contains(kind))
                return (kind, kind == TriggerKind.Cron && crons.Count == 1 ? crons[0] : null);
        }
        return (null, null);
    }

    private static TriggerKind KindOf(string platform) => platform switch
    {
        "time" or "time_pattern" or "sun" or "calendar" => TriggerKind.Cron,
        "webhook" => TriggerKind.Webhook,
        "conversation" => TriggerKind.Prompt,
        _ => TriggerKind.Event,
    };

    private static void AddSource(EvidenceBag bag, string platform, TreeNode trigger)
    {
        // The id of a webhook is all that guards it.
        if (platform == "webhook")
        {
            bag.Add(EvidenceKind.Webhook, "trigger", "/api/webhook/" + DisplayWord.Hidden);
        }
        else if (platform == "mqtt")
        {
            bag.Add(EvidenceKind.Source, "trigger", $"mqtt {trigger.TextOf("topic")}");
        }
        else if (trigger.TextOf("event_type") is { } type)
        {
            bag.Add(EvidenceKind.Source, "trigger",
                type switch { "imap_content" => "mail", "feedreader" => "rss", _ => $"event {type}" });
        }
        else if (platform.Length > 0 && platform != "conversation")
        {
            bag.Add(EvidenceKind.Source, "trigger", $"event {platform}");
        }
    }

    private static string? CronOf(string platform, TreeNode trigger)
    {
        var text = platform switch
        {
            "time" when trigger.ListOf("at") is [{ Text: { } at }] => OfTime(at, trigger),
            "time_pattern" => OfPattern(trigger),
            _ => null,
        };
        return text is null ? null : CronSchedule.TryParse(text)?.ToString();
    }

    private static string? OfTime(string at, TreeNode trigger)
    {
        // YAML 1.1 reads 7:30:00 without quotes as a number of seconds; here it is still the text.
        if (!TimeSpan.TryParseExact(
            at, [@"h\:mm\:ss", @"hh\:mm\:ss", @"h\:mm", @"hh\:mm"], CultureInfo.InvariantCulture,
            out var time) || time.Seconds != 0)
        {
            return null;
        }
        var days = string.Join(',', trigger.ListOf("weekday").Select(static day => day.Text?.ToUpperInvariant()));
        return $"{time.Minutes} {time.Hours} * * {(days.Length == 0 ? "*" : days)}";
    }

    /// <summary>A field that is left out counts as 0 below a coarser one that is given, and as any above.</summary>
    private static string? OfPattern(TreeNode trigger)
    {
        if (trigger.TextOf("seconds") is { } seconds && seconds.Trim('0').Length > 0)
            return null;
        var hours = Field(trigger.TextOf("hours"));
        var minutes = Field(trigger.TextOf("minutes") ?? (trigger.TextOf("hours") is null ? "*" : "0"));
        return $"{minutes} {hours} * * *";
    }

    private static string Field(string? text) => text is null ? "*"
        : text.StartsWith('/') ? $"*{text}" : text.TrimStart('0') is { Length: > 0 } number ? number : "0";
}
