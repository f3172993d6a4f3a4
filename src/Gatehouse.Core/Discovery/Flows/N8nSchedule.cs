using System.Globalization;
using Gatehouse.Core.Discovery.Trees;
using Gatehouse.Core.Estate;

namespace Gatehouse.Core.Discovery.Flows;

/// <summary>Says when a schedule node of n8n fires, where five cron fields can say it.</summary>
internal static class N8nSchedule
{
    /// <summary>The cron fields of a node; null when they cannot be told or it has several times.</summary>
    public static string? CronOf(string type, TreeNode parameters)
    {
        var text = type == "scheduleTrigger"
            ? parameters["rule"]?.ListOf("interval") is [var interval] ? OfInterval(interval) : null
            : parameters["triggerTimes"]?.ListOf("item") is [var item] ? OfItem(item) : null;
        return text is null ? null : CronSchedule.TryParse(text)?.ToString();
    }

    /// <summary>
    /// The rule of <c>scheduleTrigger</c>. What n8n fills in by chance cannot be told and gives null.
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
