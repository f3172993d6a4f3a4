using System.Collections.Immutable;
using System.Globalization;
using Gatehouse.Core.Discovery.Scanning;
using Gatehouse.Core.Discovery.Trees;
using Gatehouse.Core.Estate;

namespace Gatehouse.Core.Discovery.Flows;

/// <summary>
/// Reads the flows of Node-RED (<c>flows.json</c>): one observation for each tab. The file of credentials beside it is
/// never read.
/// </summary>
public static class NodeRedReader
{
    private const int NodesMax = 20_000; // Of one file.
    private const int TabsMax = 300;

    private static readonly string[] ModelWords =
    [
        "ollama", "openai", "chatgpt", "gpt", "anthropic", "claude", "gemini", "mistral", "llm", "langchain", "groq",
        "huggingface", "lmstudio", "deepseek",
    ];

    private static readonly Dictionary<string, (EvidenceKind Kind, string Value)> Types = new(StringComparer.Ordinal)
    {
        ["mqtt in"] = (EvidenceKind.Source, "mqtt"),
        ["mqtt out"] = (EvidenceKind.Sink, "mqtt"),
        ["e-mail"] = (EvidenceKind.Sink, "mail"),
        ["e-mail in"] = (EvidenceKind.Source, "mail"),
        ["feedparse"] = (EvidenceKind.Source, "rss"),
        ["exec"] = (EvidenceKind.Power, "runs commands"),
        ["function"] = (EvidenceKind.Power, "runs its own code"),
        ["file"] = (EvidenceKind.Power, "writes files"),
        ["watch"] = (EvidenceKind.Source, "file"),
        ["file in"] = (EvidenceKind.Source, "file"),
        ["tail"] = (EvidenceKind.Source, "file"),
        ["telegram sender"] = (EvidenceKind.Sink, "telegram"),
        ["telegram receiver"] = (EvidenceKind.Source, "telegram"),
        ["discordMessageManager"] = (EvidenceKind.Sink, "discord"),
        ["discord-send-messages"] = (EvidenceKind.Sink, "discord"),
        ["twitter out"] = (EvidenceKind.Sink, "twitter"),
        ["slack-web-out"] = (EvidenceKind.Sink, "slack"),
        ["slack"] = (EvidenceKind.Sink, "slack"),
        ["mastodon-out"] = (EvidenceKind.Sink, "mastodon"),
        ["api-call-service"] = (EvidenceKind.Power, "controls the home"),
        ["ha-call-service"] = (EvidenceKind.Power, "controls the home"),
        ["tcp out"] = (EvidenceKind.Sink, "http"),
        ["udp out"] = (EvidenceKind.Sink, "http"),
        ["pushover"] = (EvidenceKind.Sink, "pushover"),
        ["server-state-changed"] = (EvidenceKind.Source, "event of Home Assistant"),
    };

    private static readonly string[] EventTypes =
        ["mqtt in", "e-mail in", "feedparse", "watch", "tail", "telegram receiver", "server-state-changed", "tcp in",
            "udp in"];

    /// <summary>Whether a text may be such a file at all.</summary>
    /// <param name="text">The text of a JSON file.</param>
    public static bool Looks(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.AsSpan().TrimStart("\uFEFF \t\r\n").StartsWith("[")
            && text.Contains("\"wires\"", StringComparison.Ordinal)
            && text.Contains("\"type\"", StringComparison.Ordinal);
    }

    /// <summary>Reads a file of flows.</summary>
    /// <param name="path">Where it lies.</param>
    /// <param name="text">The content of the file.</param>
    public static ObservationReading Read(string path, string text)
    {
        ArgumentNullException.ThrowIfNull(path);
        var tree = JsonTree.Read(text);
        if (tree.Root is not { } root)
            return ObservationReading.Broken(tree.Problem!);
        var nodes = root.Items.Where(static node => node.TextOf("type") is not null).Take(NodesMax).ToList();
        var byId = new Dictionary<string, TreeNode>(StringComparer.Ordinal);
        var byPlace = new Dictionary<string, List<TreeNode>>(StringComparer.Ordinal);
        foreach (var node in nodes)
        {
            byId.TryAdd(node.TextOf("id") ?? "", node);
            if (node.TextOf("z") is not { } place || node.TextOf("d") == "true")
                continue;
            if (!byPlace.TryGetValue(place, out var there))
                byPlace.Add(place, there = []);
            there.Add(node);
        }
        var observations = nodes.Where(static node => node.TextOf("type") == "tab").Take(TabsMax)
            .Select(tab => ObservationOf(path, tab, byId, byPlace)).OfType<Observation>();
        return new ObservationReading([.. observations], null);
    }

    private static Observation? ObservationOf(string path, TreeNode tab, Dictionary<string, TreeNode> byId,
        Dictionary<string, List<TreeNode>> byPlace)
    {
        var bag = new EvidenceBag();
        var (trigger, crons) = ((TriggerKind?)null, new List<string?>());
        foreach (var node in Inside(tab.TextOf("id") ?? "", byId, byPlace))
        {
            var type = node.TextOf("type")!;
            AddNode(bag, node, type);
            if (TriggerOf(node, type, crons) is { } kind && (trigger is null || Rank(kind) < Rank(trigger.Value)))
                trigger = kind;
        }
        if (!bag.IsEvidence)
            return null;
        var name = tab.TextOf("label") ?? tab.TextOf("id") ?? "flow";
        var state = tab.TextOf("disabled") == "true" ? ", not active" : "";
        return new Observation
        {
            Kind = ObservationKind.Flow,
            Place = $"{DisplayWord.Path(path)} flow {DisplayWord.Name(name)}{state}",
            Name = DisplayWord.Name(name),
            Trigger = trigger,
            Cron = trigger == TriggerKind.Cron && crons.Count == 1 ? crons[0] : null,
            Evidence = bag.ToImmutable(),
        };
    }

    /// <summary>The nodes of a tab, those of the subflows that it uses, and the settings that they refer to.</summary>
    private static List<TreeNode> Inside(
        string tab, Dictionary<string, TreeNode> byId, Dictionary<string, List<TreeNode>> byPlace)
    {
        var (found, seen) = (new List<TreeNode>(), new HashSet<string>(StringComparer.Ordinal) { tab });
        var left = new Queue<string>(seen);
        while (left.TryDequeue(out var place))
        {
            foreach (var node in byPlace.GetValueOrDefault(place) ?? [])
            {
                found.Add(node);
                var type = node.TextOf("type")!;
                if (type.StartsWith("subflow:", StringComparison.Ordinal) && seen.Add(type[8..]))
                    left.Enqueue(type[8..]);
                foreach (var (key, value) in node.Entries)
                {
                    if (key is not ("id" or "z" or "g" or "wires") && value.Text is { Length: > 0 } text
                        && byId.TryGetValue(text, out var settings) && settings["z"] is null && seen.Add(text))
                    {
                        found.Add(settings);
                    }
                }
            }
        }
        return found;
    }

    private static void AddNode(EvidenceBag bag, TreeNode node, string type)
    {
        var where = $"node {type}";
        var isModel = ModelWords.Any(word => type.Contains(word, StringComparison.OrdinalIgnoreCase));
        if (isModel)
            bag.Add(EvidenceKind.ModelClient, where, type);
        if (Types.TryGetValue(type, out var known))
            bag.Add(known.Kind, where, known.Value);
        if (type == "http in")
            bag.Add(EvidenceKind.Webhook, where, node.TextOf("url") ?? DisplayWord.Hidden);
        TreeEvidence.Add(bag, where, node, isModel);
    }

    private static TriggerKind? TriggerOf(TreeNode node, string type, List<string?> crons)
    {
        if (type == "http in")
            return TriggerKind.Webhook;
        if (EventTypes.Contains(type))
            return TriggerKind.Event;
        if (type != "inject")
            return null;
        if (node.TextOf("crontab") is { } crontab)
            crons.Add(CronSchedule.TryParse(crontab)?.ToString());
        else if (Seconds(node.TextOf("repeat")) is { } seconds)
            crons.Add(EverySeconds(seconds));
        else
            return node.TextOf("once") == "true" ? TriggerKind.Event : TriggerKind.Manual;
        return TriggerKind.Cron;
    }

    private static int Rank(TriggerKind kind) => kind switch
    {
        TriggerKind.Webhook => 0,
        TriggerKind.Event => 1,
        TriggerKind.Cron => 2,
        _ => 3,
    };

    private static double? Seconds(string? text) => double.TryParse(
        text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) && seconds > 0
            ? seconds : null;

    /// <summary>An interval as cron fields, where it divides an hour or a day evenly.</summary>
    private static string? EverySeconds(double seconds) => seconds switch
    {
        60 => "* * * * *",
        > 60 and < 3600 when seconds % 60 == 0 && 3600 % seconds == 0 => $"*/{(int)(seconds / 60)} * * * *",
        3600 => "0 * * * *",
        > 3600 and < 86400 when seconds % 3600 == 0 && 86400 % seconds == 0 => $"0 */{(int)(seconds / 3600)} * * *",
        86400 => "0 0 * * *",
        _ => null,
    };
}
