using System.Collections.Concurrent;
using Gatehouse.Core.Estate;
using Gatehouse.Core.Ledger;
using Gatehouse.Core.Traffic;

namespace Gatehouse.Gate.Guarding;

/// <summary>What a guard says about a call of a tool.</summary>
/// <param name="Action">The strictest action of the rules that fit.</param>
/// <param name="Finding">Which rule that is.</param>
internal readonly record struct ToolVerdict(GuardAction Action, GuardFinding Finding);

/// <summary>
/// Looks at calls of tools that a model wants, before any client can run them. What cannot be judged, such as arguments
/// that are no JSON where a rule asks for one of them, counts as a match.
/// </summary>
internal sealed class ToolChecks(GuardPlan plan, string job, ToolRates rates)
{
    private readonly HashSet<TextChannel> _counted = [];

    /// <summary>Looks at a name alone: most rules need no more.</summary>
    public ToolVerdict? LookAtName(string name, TextChannel channel)
    {
        // An answer may say a call again, and with another name: each is judged, and the call counts once.
        if (plan.Tools.CallsPerMinute is { } limit && _counted.Add(channel) && !rates.TryCount(job, limit))
            return Say(GuardAction.Block, "tool/calls-per-minute");
        if (plan.Tools.Allow is { } allow && !allow.Any(glob => Fits(glob, name)))
            return Say(GuardAction.Block, "tool/not-allowed");
        return Strictest(plan.Tools.Rules
            .Where(rule => rule.Match is null && rule.BytesMax is null && Fits(rule.Tool, name)));
    }

    /// <summary>Looks at a whole call; where its name is not known, by the rules of every tool.</summary>
    public ToolVerdict? LookAtCall(string? name, string arguments)
        => Strictest(plan.Tools.Rules.Where(rule => (rule.Match is not null || rule.BytesMax is not null)
            && (name is null || Fits(rule.Tool, name)) && Matches(rule, arguments)));

    private static ToolVerdict? Strictest(IEnumerable<GuardToolRule> rules)
        => rules.MaxBy(rule => rule.Action) is { } rule ? Say(rule.Action, $"tool/{rule.Tool}") : null;

    private static ToolVerdict Say(GuardAction action, string rule) => new(action, new GuardFinding
    {
        Rule = rule,
        Version = "1",
        Action = Words.Of(action),
        Channel = "",
    });

    private static bool Matches(GuardToolRule rule, string arguments)
    {
        if (rule.Argument is null)
        {
            return Matches(rule, [arguments], arguments.Length)
                || (JsonStrings.TryParse(arguments) is { } all && Matches(rule, JsonStrings.TextsIn(all), 0));
        }
        if (JsonStrings.TryParse(arguments) is not { } root) return true;
        return JsonStrings.At(root, rule.Argument) is { } value
            && Matches(rule, JsonStrings.TextsIn(value), value.GetRawText().Length);
    }

    private static bool Matches(GuardToolRule rule, IEnumerable<string> texts, long size)
        => (rule.BytesMax is { } max && size > max)
            || (rule.Match is { } match && texts.Any(match.IsMatch));

    /// <summary>
    /// Globs: <c>*</c> stands for any characters. Names are compared without case: so do some clients.
    /// </summary>
    private static bool Fits(string glob, string name)
        => System.IO.Enumeration.FileSystemName.MatchesSimpleExpression(
            glob.Replace("?", "\\?", StringComparison.Ordinal), name, ignoreCase: true);
}

/// <summary>How many calls of tools the answers of each job asked for in the last minute.</summary>
internal sealed class ToolRates(TimeProvider time)
{
    private readonly ConcurrentDictionary<string, Queue<long>> _calls = new();

    /// <summary>Counts a call; false where the job had as many as it may have.</summary>
    public bool TryCount(string job, int limit)
    {
        var calls = _calls.GetOrAdd(job, static _ => new Queue<long>());
        var now = time.GetTimestamp();
        lock (calls)
        {
            while (calls.TryPeek(out var oldest) && time.GetElapsedTime(oldest, now) >= TimeSpan.FromMinutes(1))
                calls.Dequeue();
            if (calls.Count >= limit) return false;
            calls.Enqueue(now);
            return true;
        }
    }
}
