using Gatehouse.Core.Discovery.Scanning;
using Gatehouse.Core.Discovery.Trees;
using Gatehouse.Core.Estate;

namespace Gatehouse.Core.Discovery.HomeAssistant;

/// <summary>
/// Finds the conversation agents among the integrations that are set up (<c>.storage/core.config_entries</c>). Keys and
/// tokens stand in the same file: only settings that are named here are looked at.
/// </summary>
internal static class HomeAgents
{
    private const int SubentriesMax = 50; // Of one integration: an agent and a task, or a few.
    private const int EntriesMax = 2_000; // Of one installation; large ones have about 200.

    // Integrations that speak with models, and the host that each uses unless its settings name another.
    private static readonly Dictionary<string, string?> Domains = new(StringComparer.Ordinal)
    {
        ["ollama"] = null,
        ["openai_conversation"] = "https://api.openai.com/v1",
        ["google_generative_ai_conversation"] = "https://generativelanguage.googleapis.com",
        ["anthropic"] = "https://api.anthropic.com",
        ["extended_openai_conversation"] = "https://api.openai.com/v1",
        ["open_router"] = "https://openrouter.ai/api/v1",
        ["azure_openai_conversation"] = null,
        ["llama_conversation"] = null,
        ["local_openai"] = null,
        ["mistral_conversation"] = "https://api.mistral.ai",
        ["groq"] = "https://api.groq.com",
        ["llmvision"] = null,
        ["webhook_conversation"] = null,
        ["home_generative_agent"] = null,
    };

    private static readonly string[] KeyNames = ["api_key", "api_token", "token", "access_token"];

    /// <summary>
    /// The agents, each with the words by which an automation names it: its entry's own, and the names from which Home
    /// Assistant makes those of its entities.
    /// </summary>
    public static IEnumerable<(Observation Agent, string[] Words)> Of(string path, TreeNode root)
    {
        var entries = root["data"]?["entries"]?.Items ?? [];
        foreach (var entry in entries.Take(EntriesMax))
        {
            if (entry.TextOf("domain") is { } domain && Domains.TryGetValue(domain, out var usual))
                yield return (ObservationOf(path, entry, domain, usual), WordsOf(entry, domain));
        }
    }

    /// <summary>
    /// The integration to which an action of its own belongs, as <c>google_generative_ai_conversation</c>: it names no
    /// agent, and asks the one that is set up.
    /// </summary>
    public static string? DomainIn(string key, string text)
    {
        var domain = text.Split('.')[0];
        return key is "action" or "service" && domain.Length < text.Length && Domains.ContainsKey(domain)
            ? domain : null;
    }

    private static string[] WordsOf(TreeNode entry, string domain)
    {
        var parts = entry["subentries"]?.Items.Take(SubentriesMax) ?? [];
        return [.. parts.Prepend(entry).SelectMany(static one => (string?[])[one.TextOf("entry_id"),
                one.TextOf("subentry_id"), one.TextOf("title") is { } title ? Slug(title) : null])
            .OfType<string>().Append(domain).Append(domain.Split('_')[0])
            .Where(static word => word.Length > 1).Distinct()];
    }

    /// <summary>A name in small letters with <c>_</c> between its words.</summary>
    private static string Slug(string name) => string.Join('_', new string([.. name.ToLowerInvariant()
        .Select(static letter => char.IsAsciiLetterOrDigit(letter) ? letter : ' ')])
        .Split(' ', StringSplitOptions.RemoveEmptyEntries));

    private static Observation ObservationOf(string path, TreeNode entry, string domain, string? usual)
    {
        var bag = new EvidenceBag();
        bag.Add(EvidenceKind.ModelClient, "integration", domain);
        TreeNode[] settings = [entry["data"] ?? TreeNode.Opaque, entry["options"] ?? TreeNode.Opaque,
            .. entry["subentries"]?.Items.Take(SubentriesMax)
                .Select(static one => one["data"] ?? TreeNode.Opaque) ?? []];
        AddUrl(bag, settings, usual);
        foreach (var one in settings)
        {
            if (one.TextOf("chat_model", "model") is { } model && ModelNames.CanBe(model))
                bag.Add(EvidenceKind.ModelName, "model", model);
            if (KeyNames.FirstOrDefault(name => one.TextOf(name) is not null) is { } key)
                bag.Add(EvidenceKind.ModelKey, "data", $"{domain} {key}");
            if (one.ListOf("llm_hass_api").Any(static api => api.Text is { Length: > 0 } and not "none"))
                bag.Add(EvidenceKind.Power, "llm_hass_api", "controls the home");
        }
        var state = entry.TextOf("disabled_by") is null ? "" : ", not active";
        return new Observation
        {
            Kind = ObservationKind.Automation,
            Place = $"{DisplayWord.Path(path)} integration {DisplayWord.Of(domain)}{state}",
            Name = DisplayWord.Of(entry.TextOf("title") ?? domain),
            Trigger = TriggerKind.Prompt,
            Evidence = bag.ToImmutable(),
        };
    }

    private static void AddUrl(EvidenceBag bag, TreeNode[] settings, string? usual)
    {
        var named = settings.Select(static one => one.TextOf("url", "base_url", "host", "webhook_url", "api_base"))
            .FirstOrDefault(static one => one is not null) ?? usual;
        var port = settings.Select(static one => one.TextOf("port")).FirstOrDefault(static one => one is not null);
        if (named is null)
            return;
        if (port is not null && !named.Contains("://", StringComparison.Ordinal))
            named = $"{named}:{port}";
        if (ParsedUrl.TryParse(named) is { } url && DisplayWord.Url(url, withPath: true) is { } place)
            bag.Add(EvidenceKind.ModelUrl, "url", place);
    }
}
