using Gatehouse.Core.Estate;

namespace Gatehouse.Core.Discovery.Flows;

/// <summary>The node types of n8n that matter, by the last part of their type.</summary>
internal static class N8nNodes
{
    public const string ModelPackage = "@n8n/n8n-nodes-langchain.";

    private static readonly string[] ModelStarts =
        ["lm", "embeddings", "ollama", "openAi", "anthropic", "googleGemini", "mistral", "agent", "chain",
            "perplexity"];

    private static readonly Dictionary<string, TriggerKind> Triggers = new(StringComparer.Ordinal)
    {
        ["scheduleTrigger"] = TriggerKind.Cron,
        ["cron"] = TriggerKind.Cron,
        ["interval"] = TriggerKind.Cron,
        ["webhook"] = TriggerKind.Webhook,
        ["formTrigger"] = TriggerKind.Webhook,
        ["mcpTrigger"] = TriggerKind.Webhook,
        ["chatTrigger"] = TriggerKind.Prompt,
        ["manualChatTrigger"] = TriggerKind.Prompt,
        ["manualTrigger"] = TriggerKind.Manual,
        ["start"] = TriggerKind.Manual,
        ["emailReadImap"] = TriggerKind.Event,
        ["executeWorkflowTrigger"] = TriggerKind.Event,
    };

    private static readonly Dictionary<string, string> Sinks = new(StringComparer.Ordinal)
    {
        ["discord"] = "discord",
        ["slack"] = "slack",
        ["telegram"] = "telegram",
        ["emailSend"] = "mail",
        ["gmail"] = "mail",
        ["sendGrid"] = "mail",
        ["mailgun"] = "mail",
        ["microsoftOutlook"] = "mail",
        ["twitter"] = "twitter",
        ["linkedIn"] = "linkedin",
        ["facebookGraphApi"] = "facebook",
        ["reddit"] = "reddit",
        ["wordpress"] = "wordpress",
        ["ghost"] = "ghost",
        ["medium"] = "medium",
        ["matrix"] = "matrix",
        ["mattermost"] = "mattermost",
        ["rocketchat"] = "rocketchat",
        ["microsoftTeams"] = "teams",
        ["whatsApp"] = "whatsapp",
        ["twilio"] = "twilio",
        ["pushover"] = "pushover",
        ["pushbullet"] = "pushbullet",
        ["gotify"] = "gotify",
        ["github"] = "git",
        ["gitlab"] = "git",
        ["mqtt"] = "mqtt",
        ["mastodon"] = "mastodon",
        ["bluesky"] = "bluesky",
        ["ntfy"] = "ntfy",
        ["signal"] = "signal",
        ["line"] = "line",
        ["youTube"] = "youtube",
        ["ftp"] = "file copied with ftp",
        ["s3"] = "file copied to s3",
        ["awsS3"] = "file copied to s3",
        ["googleDrive"] = "file copied to googledrive",
        ["nextCloud"] = "file copied to nextcloud",
        ["notion"] = "notion",
        ["discourse"] = "discourse",
        ["googleSheets"] = "sheets",
        ["airtable"] = "airtable",
        ["baserow"] = "baserow",
        ["nocoDb"] = "nocodb",
        ["seaTable"] = "seatable",
        ["grist"] = "grist",
        ["coda"] = "coda",
        ["microsoftExcel"] = "excel",
        ["googleDocs"] = "googledocs",
        ["googleCalendar"] = "googlecalendar",
        ["googleTasks"] = "googletasks",
        ["microsoftToDo"] = "microsofttodo",
        ["microsoftSharePoint"] = "sharepoint",
        ["microsoftOneDrive"] = "file copied to onedrive",
        ["dropbox"] = "file copied to dropbox",
        ["supabase"] = "supabase",
        ["todoist"] = "todoist",
        ["trello"] = "trello",
        ["asana"] = "asana",
        ["clickUp"] = "clickup",
        ["jira"] = "jira",
        ["linear"] = "linear",
        ["hubspot"] = "hubspot",
        ["zendesk"] = "zendesk",
        ["odoo"] = "odoo",
        ["strapi"] = "strapi",
        ["zulip"] = "zulip",
        ["webflow"] = "webflow",
        ["mailchimp"] = "mail",
        ["raindrop"] = "raindrop",
    };

    // Nodes that read unless their settings name another operation; an export leaves out what is usual.
    private static readonly HashSet<string> ReadsByChoice = new(StringComparer.Ordinal)
    {
        "googleSheets", "airtable", "baserow", "nocoDb", "grist", "ftp", "s3", "awsS3", "ghost", "strapi", "raindrop",
        "webflow", "microsoftSharePoint", "microsoftToDo", "youTube", "mongoDb", "redis",
    };

    private static readonly string[] ReadStarts =
        ["get", "read", "search", "list", "lookup", "download", "find", "count", "query", "info", "availability"];

    private static readonly Dictionary<string, string> Sources = new(StringComparer.Ordinal)
    {
        ["rssFeedRead"] = "rss",
        ["rssFeedReadTrigger"] = "rss",
        ["emailReadImap"] = "mail",
        ["gmailTrigger"] = "mail",
        ["telegramTrigger"] = "telegram",
        ["mqttTrigger"] = "mqtt",
        ["readBinaryFile"] = "file",
        ["readBinaryFiles"] = "file",
        ["localFileTrigger"] = "file",
        ["microsoftOutlookTrigger"] = "mail",
        ["slackTrigger"] = "slack",
        ["githubTrigger"] = "git",
        ["whatsAppTrigger"] = "whatsapp",
    };

    private static readonly Dictionary<string, string> Powers = new(StringComparer.Ordinal)
    {
        ["executeCommand"] = "runs commands",
        ["ssh"] = "runs commands over ssh",
        ["code"] = "runs its own code",
        ["function"] = "runs its own code",
        ["functionItem"] = "runs its own code",
        ["toolCode"] = "runs its own code",
        ["writeBinaryFile"] = "writes files",
        ["readWriteFile"] = "reads and writes files",
        ["git"] = "changes repositories",
        ["postgres"] = "reads or writes a database",
        ["mySql"] = "reads or writes a database",
        ["mongoDb"] = "reads or writes a database",
        ["redis"] = "reads or writes a database",
        ["homeAssistant"] = "controls the home",
        ["n8n"] = "changes workflows of n8n",
        ["kafka"] = "sends to kafka",
        ["toolHttpRequest"] = "lets the model send web requests",
        ["toolWorkflow"] = "lets the model start workflows",
        ["mcpClientTool"] = "lets the model use tools of MCP servers",
        ["mcpClient"] = "uses tools of MCP servers",
        ["httpRequestTool"] = "lets the model send web requests",
        ["executeWorkflow"] = "starts other workflows",
    };

    // Types of credentials whose name says that they open a model.
    private static readonly string[] ModelCredentials =
    [
        "ollamaApi", "openAiApi", "anthropicApi", "googlePalmApi", "mistralCloudApi", "groqApi", "openRouterApi",
        "azureOpenAiApi", "huggingFaceApi", "cohereApi", "deepSeekApi", "xAiApi", "perplexityApi",
        "azureEntraCognitive",
    ];

    private static readonly string[] DataCredentials = ["postgres", "mySql", "mongoDb", "redis", "httpBasicAuth"];

    public static string ShortOf(string type) => type[(type.LastIndexOf('.') + 1)..];

    public static bool IsModel(string type)
    {
        var name = ShortOf(type);
        return (type.StartsWith(ModelPackage, StringComparison.Ordinal)
                && ModelStarts.Any(start => name.StartsWith(start, StringComparison.Ordinal)))
            || name is "openAi" or "mistralAi" or "perplexity" or "huggingFace"
            || name.Contains("ollama", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>What a node of this type starts a workflow by; null when it is no trigger.</summary>
    public static TriggerKind? TriggerOf(string type)
    {
        var name = ShortOf(type);
        if (Triggers.TryGetValue(name, out var kind))
            return kind;
        return name.EndsWith("Trigger", StringComparison.Ordinal) ? TriggerKind.Event : null;
    }

    /// <summary>Where a node writes; null for one that reads or writes nowhere.</summary>
    /// <param name="type">Its type.</param>
    /// <param name="operation">What its settings say that it does; null for what it usually does.</param>
    public static string? SinkOf(string type, string? operation)
    {
        var name = ShortOf(type);
        name = name.EndsWith("Tool", StringComparison.Ordinal) ? name[..^4] : name;
        var reads = operation is null ? ReadsByChoice.Contains(name)
            : ReadStarts.Any(start => operation.StartsWith(start, StringComparison.Ordinal));
        return reads ? null : Sinks.GetValueOrDefault(name);
    }

    /// <summary>Whether a node answers the caller that started the workflow.</summary>
    public static bool Answers(string type)
        => ShortOf(type) is "respondToWebhook" or "chatTrigger" or "manualChatTrigger" or "chat";

    public static string? SourceOf(string type) => Sources.GetValueOrDefault(ShortOf(type));

    public static string? PowerOf(string type) => Powers.GetValueOrDefault(ShortOf(type));

    public static bool IsModelCredential(string type) => ModelCredentials.Contains(type);

    public static bool IsSinkCredential(string type) => !IsModelCredential(type)
        && !DataCredentials.Any(start => type.StartsWith(start, StringComparison.Ordinal))
        && Sinks.Keys.Any(sink => type.StartsWith(sink, StringComparison.OrdinalIgnoreCase)) || type is "smtp";
}
