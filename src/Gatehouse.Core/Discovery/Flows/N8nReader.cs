using System.Globalization;
using Gatehouse.Core.Discovery.Scanning;
using Gatehouse.Core.Discovery.Trees;
using Gatehouse.Core.Estate;

namespace Gatehouse.Core.Discovery.Flows;

/// <summary>
/// Reads exports of n8n: one workflow, or a list of them. Of a credential only its type is looked at; an export of
/// credentials has no workflows in it and gives nothing.
/// </summary>
public static class N8nReader
{
    private const int WorkflowsMax = 500; // Of one file.
    private const int NodesMax = 1_000; // Of one workflow.

    // When several nodes can start a workflow, the one that outsiders can use comes first.
    private static readonly TriggerKind[] Order =
        [TriggerKind.Webhook, TriggerKind.Event, TriggerKind.Cron, TriggerKind.Prompt, TriggerKind.Manual];

    /// <summary>Whether a text may be such an export at all.</summary>
    /// <param name="text">The text of a JSON file.</param>
    public static bool Looks(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Contains("\"n8n-nodes-base.", StringComparison.Ordinal)
            || text.Contains("\"@n8n/n8n-nodes-langchain.", StringComparison.Ordinal);
    }

    /// <summary>Reads an export.</summary>
    /// <param name="path">Where it lies.</param>
    /// <param name="text">The content of the file.</param>
    public static ObservationReading Read(string path, string text)
    {
        ArgumentNullException.ThrowIfNull(path);
        var tree = JsonTree.Read(text);
        if (tree.Root is not { } root)
            return ObservationReading.Broken(tree.Problem!);
        var workflows = root.Items.Count > 0
            ? root.Items : [root, .. root["workflows"]?.Items ?? [], .. root["data"] is { } data
            ? [data, .. data.Items] : (TreeNode[])[]];
        var observations = workflows.Where(static one => one["nodes"]?.Items.Any(static node =>
                node.TextOf("type")?.Contains('.', StringComparison.Ordinal) == true) == true)
            .Take(WorkflowsMax).Select(workflow => ObservationOf(path, workflow));
        return new ObservationReading([.. observations], null);
    }

    private static Observation ObservationOf(string path, TreeNode workflow)
    {
        var name = workflow.TextOf("name") ?? path[(path.LastIndexOf('/') + 1)..];
        var bag = new EvidenceBag();
        var triggers = new List<(TriggerKind Kind, string? Cron)>();
        foreach (var node in workflow["nodes"]!.Items.Take(NodesMax))
        {
            if (node.TextOf("type") is { } type && node.TextOf("disabled") != "true")
                AddNode(bag, node, type, triggers);
        }
        var first = Order.SelectMany(kind => triggers.Where(one => one.Kind == kind)).Select(static one => one.Kind)
            .Cast<TriggerKind?>().FirstOrDefault();
        var crons = triggers.Where(static one => one.Kind == TriggerKind.Cron).Take(2).ToArray();
        var state = workflow.TextOf("active") == "false" ? ", not active" : "";
        return new Observation
        {
            Kind = ObservationKind.Flow,
            Place = $"{DisplayWord.Path(path)} workflow {DisplayWord.Name(name)}{state}",
            Name = DisplayWord.Name(name),
            Trigger = first,
            Cron = first == TriggerKind.Cron && crons.Length == 1 ? crons[0].Cron : null,
            Evidence = bag.ToImmutable(),
        };
    }

    private static void AddNode(
        EvidenceBag bag, TreeNode node, string type, List<(TriggerKind Kind, string? Cron)> triggers)
    {
        var name = N8nNodes.ShortOf(type);
        var where = $"node {name}";
        var parameters = node["parameters"] ?? TreeNode.Opaque;
        if (N8nNodes.TriggerOf(type) is { } trigger)
        {
            triggers.Add((trigger, trigger == TriggerKind.Cron ? N8nSchedule.CronOf(name, parameters) : null));
            if (trigger == TriggerKind.Webhook)
                bag.Add(EvidenceKind.Webhook, where, $"/webhook/{parameters.TextOf("path") ?? DisplayWord.Hidden}");
        }
        if (N8nNodes.SourceOf(type) is { } source)
            bag.Add(EvidenceKind.Source, where, source);
        if (N8nNodes.SinkOf(type, parameters.TextOf("operation")) is { } sink)
            bag.Add(EvidenceKind.Sink, where, sink);
        if (N8nNodes.Answers(type))
            bag.Add(EvidenceKind.Sink, where, "caller");
        if (N8nNodes.PowerOf(type) is { } power)
            bag.Add(EvidenceKind.Power, where, power);
        var isModel = N8nNodes.IsModel(type);
        if (isModel)
        {
            bag.Add(EvidenceKind.ModelClient, where, name);
            AddModel(bag, where, parameters);
        }
        foreach (var (credential, _) in node["credentials"]?.Entries ?? [])
            AddCredential(bag, where, credential);
        TreeEvidence.Add(bag, where, parameters, isModel);
    }

    /// <summary>The model stands as text, or as a choice with its value below.</summary>
    private static void AddModel(EvidenceBag bag, string where, TreeNode parameters)
    {
        foreach (var key in (ReadOnlySpan<string>)["model", "modelId", "modelName"])
        {
            if ((parameters.TextOf(key) ?? parameters[key]?.TextOf("value")) is { } model && ModelNames.CanBe(model))
                bag.Add(EvidenceKind.ModelName, where, model);
        }
    }

    private static void AddCredential(EvidenceBag bag, string where, string type)
    {
        if (N8nNodes.IsModelCredential(type))
            bag.Add(EvidenceKind.ModelKey, where, $"credential {type}");
        else if (N8nNodes.IsSinkCredential(type))
            bag.Add(EvidenceKind.SinkKey, where, $"credential {type}");
    }
}

/// <summary>Says when a schedule node of n8n fires, where five cron fields can say it.</summary>
internal static class N8nSchedule
{
    /// <summary>The cron fields of a node; null when they cannot be determined or it has several times.</summary>
    public static string? CronOf(string type, TreeNode parameters)
    {
        var text = type == "scheduleTrigger"
            ? parameters["rule"]?.ListOf("interval") is [var interval] ? OfInterval(interval) : null
            : parameters["triggerTimes"]?.ListOf("item") is [var item] ? OfItem(item) : null;
        return text is null ? null : CronSchedule.TryParse(text)?.ToString();
    }

    /// <summary>
    /// The rule of <c>scheduleTrigger</c>. What n8n fills in at random cannot be determined and gives null.
    /// </summary>
    private static string? OfInterval(TreeNode rule)
    {
        var (minute, hour) = (Number(rule, "triggerAtMinute") ?? 0, Number(rule, "triggerAtHour") ?? 0);
        return rule.TextOf("field") switch
        {
            "cronExpression" => Five(rule.TextOf("expression")),
            "minutes" => $"*/{Number(rule, "minutesInterval") ?? 5} * * * *",
            "hours" => $"{minute} */{Number(rule, "hoursInterval") ?? 1} * * *",
            "days" or null when (Number(rule, "daysInterval") ?? 1) == 1 => $"{minute} {hour} * * *",
            "weeks" when (Number(rule, "weeksInterval") ?? 1) == 1 =>
                $"{minute} {hour} * * {string.Join(',', rule.ListOf("triggerAtDay").Select(static day => day.Text))}",
            "months" => $"{minute} {hour} {Number(rule, "triggerAtDayOfMonth") ?? 1} "
                + $"*/{Number(rule, "monthsInterval") ?? 1} *",
            _ => null,
        };
    }

    /// <summary>One time of the older <c>cron</c> node.</summary>
    private static string? OfItem(TreeNode item)
    {
        var (minute, hour) = (Number(item, "minute") ?? 0, Number(item, "hour") ?? 14);
        return item.TextOf("mode") switch
        {
            "everyMinute" => "* * * * *",
            "everyHour" => $"{minute} * * * *",
            "everyDay" or null => $"{minute} {hour} * * *",
            "everyWeek" => $"{minute} {hour} * * {Number(item, "weekday") ?? 1}",
            "everyMonth" => $"{minute} {hour} {Number(item, "dayOfMonth") ?? 1} * *",
            "everyX" when item.TextOf("unit") == "minutes" => $"*/{Number(item, "value") ?? 2} * * * *",
            "everyX" => $"0 */{Number(item, "value") ?? 2} * * *",
            "custom" => Five(item.TextOf("cronExpression")),
            _ => null,
        };
    }

    /// <summary>n8n writes a field for seconds before the five; cron has none.</summary>
    private static string? Five(string? expression)
    {
        var fields = expression?.Split(' ', 8, StringSplitOptions.RemoveEmptyEntries);
        return fields?.Length switch { 5 => string.Join(' ', fields), 6 => string.Join(' ', fields[1..]), _ => null };
    }

    private static int? Number(TreeNode node, string key)
        => int.TryParse(node.TextOf(key), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number : null;
}
