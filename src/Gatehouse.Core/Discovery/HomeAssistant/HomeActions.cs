using System.Globalization;
using Gatehouse.Core.Discovery.Scanning;
using Gatehouse.Core.Discovery.Trees;
using Gatehouse.Core.Estate;

namespace Gatehouse.Core.Discovery.HomeAssistant;

/// <summary>Says what an automation or script of Home Assistant does, by the actions that it calls.</summary>
/// <param name="commands">
/// The <c>rest_command</c> and <c>shell_command</c> entries of the configuration, by their whole name.
/// </param>
internal sealed class HomeActions(IReadOnlyDictionary<string, TreeNode> commands)
{
    private const int ActionsMax = 500; // Of one automation.

    private static readonly string[] ModelDomains =
    [
        "ai_task", "openai_conversation", "google_generative_ai_conversation", "ollama", "anthropic", "llmvision",
        "extended_openai_conversation", "open_router", "llama_conversation", "gpt4vision", "home_generative_agent",
    ];

    private static readonly string[] AgentDomains = ["conversation.", "ai_task."];

    private static readonly Dictionary<string, string> SinkDomains = new(StringComparer.Ordinal)
    {
        ["notify"] = "notify",
        ["persistent_notification"] = "notify",
        ["telegram_bot"] = "telegram",
        ["mqtt"] = "mqtt",
        ["tts"] = "voice",
        ["assist_satellite"] = "voice",
        ["discord"] = "discord",
        ["slack"] = "slack",
        ["mastodon"] = "mastodon",
        ["ntfy"] = "ntfy",
        ["google_sheets"] = "googlesheets",
        ["todo"] = "todo",
    };

    private static readonly string[] QuietDomains =
        ["logger", "system_log", "input_text", "input_boolean", "input_number", "counter", "timer", "logbook",
            "conversation"];

    public void Add(EvidenceBag bag, TreeNode root)
    {
        var left = ActionsMax;
        foreach (var node in root.All())
        {
            if (node.TextOf("action", "service") is { } name && IsName(name) && --left > 0)
                AddAction(bag, name);
        }
        foreach (var (key, text) in root.Texts().Take(2_000))
        {
            if (key == "agent_id" || (IsName(text) && text.StartsWith("conversation.", StringComparison.Ordinal)
                && key is not ("action" or "service")))
            {
                bag.Add(EvidenceKind.ModelClient, key, "conversation agent");
            }
        }
    }

    /// <summary>
    /// The agent that a setting names: the entity's name without its domain, or an entry's own id; null for any other.
    /// </summary>
    public static string? AgentIn(string key, string text)
    {
        foreach (var domain in AgentDomains)
        {
            if (IsName(text) && text.StartsWith(domain, StringComparison.Ordinal) && key is not ("action" or "service"))
                return text[domain.Length..];
        }
        return key is "agent_id" or "config_entry" ? text : null;
    }

    private void AddAction(EvidenceBag bag, string name)
    {
        var where = $"action {name}";
        var domain = name[..name.IndexOf('.', StringComparison.Ordinal)];
        if (name == "conversation.process" || name == "assist_satellite.ask_question" || ModelDomains.Contains(domain))
            bag.Add(EvidenceKind.ModelClient, where, name);
        else if (domain is "rest_command" or "shell_command")
            AddCommand(bag, where, domain, name);
        else if (domain is "python_script" or "pyscript")
            bag.Add(EvidenceKind.Power, where, "runs its own code");
        else if (domain is "homeassistant" or "hassio" or "backup" or "update")
            bag.Add(EvidenceKind.Power, where, $"changes Home Assistant: {name}");
        else if (SinkDomains.TryGetValue(domain, out var sink))
            bag.Add(EvidenceKind.Sink, where, sink is "notify" ? $"notify {name}" : sink);
        else if (!QuietDomains.Contains(domain))
            bag.Add(EvidenceKind.Power, where, $"controls the home: {name}");
    }

    private void AddCommand(EvidenceBag bag, string where, string domain, string name)
    {
        var command = commands.GetValueOrDefault(name);
        if (domain == "shell_command")
        {
            bag.Add(EvidenceKind.Power, where, "runs commands");
            bag.AddRange(EvidenceText.FindInCommand(where, command?.Text ?? ""));
        }
        else if (command is not null)
        {
            TreeEvidence.Add(bag, where, command, isModel: false);
        }
        else
        {
            bag.Add(EvidenceKind.Sink, where, "http");
        }
    }

    private static bool IsName(string text)
        => text.Length is > 2 and < 100 && text.Split('.') is [{ Length: > 0 }, { Length: > 0 }]
        && text.All(static one => char.IsAsciiLetterLower(one) || char.IsAsciiDigit(one) || one is '_' or '.');
}

/// <summary>Says what starts an automation of Home Assistant.</summary>
internal static class HomeTriggers
{
    private const int TriggersMax = 100; // Of one automation.

    /// <summary>Adds the sources of all triggers.</summary>
    /// <returns>The trigger that outsiders can use first, and the schedule when there is exactly one.</returns>
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
