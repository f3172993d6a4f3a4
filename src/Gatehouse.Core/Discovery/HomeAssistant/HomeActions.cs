using Gatehouse.Core.Discovery.Scanning;
using Gatehouse.Core.Discovery.Trees;

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
            bag.Add(EvidenceKind.Power, where, $"controls the house: {name}");
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
