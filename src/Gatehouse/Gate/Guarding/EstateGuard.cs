using System.Runtime.CompilerServices;
using Gatehouse.Core.Estate;
using Gatehouse.Core.Guards;
using Gatehouse.Core.Ledger;
using Gatehouse.Core.Traffic;

namespace Gatehouse.Gate.Guarding;

/// <summary>
/// The guards of the estate: adds a job's constraints to its prompts, looks at prompts and answers, and acts. A job
/// whose mode is <c>observe</c> has everything looked at and recorded, and nothing changed.
/// </summary>
internal sealed class EstateGuard(TimeProvider time) : IGuard
{
    // A reload makes new plans; what belongs to the old ones goes with the last call that has them.
    private readonly ConditionalWeakTable<GuardPlan, GuardRules> _rules = [];
    private readonly ToolRates _rates = new(time);

    /// <inheritdoc/>
    public bool Watches(GateCall call) => call.Caller.Job.Guard is not null;

    /// <inheritdoc/>
    public IAnswerGuard? ForAnswer(GateCall call)
        => call.Caller.Job.Guard is { } plan ? new AnswerChecks(call, RulesOf(plan), _rates) : null;

    /// <inheritdoc/>
    public ValueTask<PromptVerdict> LookAsync(PromptView prompt, CancellationToken stop)
        => new(prompt.Call.Caller.Job.Guard is { } plan
            ? new PromptChecks(prompt, RulesOf(plan), (AnswerChecks)prompt.Call.Guard!).Run() : default);

    private GuardRules RulesOf(GuardPlan plan) => _rules.GetValue(plan, static one => new GuardRules(one));
}

/// <summary>A detector, and what is done about what it finds.</summary>
internal sealed record GuardRule(TextDetector Detector, GuardActions Actions)
{
    /// <summary>What it looks for; null for a pattern of the user's own.</summary>
    public GuardCheck? Check { get; init; }

    /// <summary>What the caller is told; null for the usual words.</summary>
    public string? Say { get; init; }

    /// <summary>Whether what it finds is replaced.</summary>
    public bool Replaces => Actions.Has(GuardAction.Redact) || Actions.Has(GuardAction.Pseudonymise);
}

/// <summary>A guard of the estate, ready to be run.</summary>
internal sealed class GuardRules
{
    public GuardRules(GuardPlan plan)
    {
        Plan = plan;
        Constraints = [.. plan.Constraints.Select(Constraint.Of)];
        Prompt = [.. RulesFor(plan, GuardSide.Prompt)];
        Answer = [.. RulesFor(plan, GuardSide.Answer)];
        Numbers = plan.For(GuardCheck.UnsourcedNumbers, GuardSide.Answer);
    }

    public GuardPlan Plan { get; }

    public IReadOnlyList<Constraint> Constraints { get; }

    public IReadOnlyList<GuardRule> Prompt { get; }

    public IReadOnlyList<GuardRule> Answer { get; }

    /// <summary>What is done about claims with numbers: that detector knows the numbers of its call's prompt.</summary>
    public GuardActions Numbers { get; }

    /// <summary>Everything that is found in a text that is all there, in its order.</summary>
    public IReadOnlyList<GuardFind> FindAll(string text, GuardSide side)
    {
        var rules = side == GuardSide.Prompt ? Prompt : Answer;
        if (side == GuardSide.Answer && Numbers.IsOn)
            rules = [.. rules, new GuardRule(new UnsourcedNumberDetector(PromptNumbers.Of([])), Numbers)];
        var finds = new List<GuardFind>();
        foreach (var rule in rules)
        {
            var found = new List<Found>();
            new TextScan(rule.Detector).Look(text, isEnd: true, found);
            finds.AddRange(found.Select(one => new GuardFind(one, rule.Actions)));
        }
        return [.. finds.OrderBy(find => find.Found.Start)];
    }

    private static IEnumerable<GuardRule> RulesFor(GuardPlan plan, GuardSide side)
    {
        foreach (var check in Enum.GetValues<GuardCheck>())
        {
            if (plan.For(check, side) is { IsOn: true } actions && Detectors.Of(check) is { } detector)
                yield return new GuardRule(detector, actions) { Check = check };
        }
        foreach (var pattern in plan.Patterns.Where(one => one.In == side || one.In == GuardSide.Both))
        {
            // A note of uncertainty, and what is delivered and looked at later, are for answers.
            yield return new GuardRule(new PatternDetector(pattern.Id, pattern.Match), pattern.Actions)
            {
                Say = pattern.Say,
            };
        }
    }
}

/// <summary>Something that was found, and what is done about it.</summary>
internal readonly record struct GuardFind(Found Found, GuardActions Actions);

/// <summary>The detectors that need nothing of a call; each has no state and serves all of them.</summary>
internal static class Detectors
{
    private static readonly Dictionary<GuardCheck, TextDetector> All = new()
    {
        [GuardCheck.Secrets] = new SecretDetector(),
        [GuardCheck.PersonalData] = new PersonalDataDetector(),
        [GuardCheck.Injection] = new InjectionDetector(),
        [GuardCheck.Links] = new LinkDetector(),
        [GuardCheck.Overconfidence] = new OverconfidenceDetector(),
    };

    /// <summary>The detector of a check; null for one that is made anew for each call.</summary>
    public static TextDetector? Of(GuardCheck check) => All.GetValueOrDefault(check);

    /// <summary>
    /// Shows each rule its own example. A detector that does not find it is broken, and a gate that trusted it would
    /// let through what it promises to stop.
    /// </summary>
    /// <exception cref="InvalidOperationException">A rule does not find its example.</exception>
    public static void TestThemselves() => _ = Tested.Value;

    // Once: they do not change while the process runs.
    private static readonly Lazy<bool> Tested = new(static () =>
    {
        foreach (var detector in Each)
        {
            foreach (var rule in detector.Rules)
            {
                var found = new List<Found>();
                new TextScan(detector).Look(rule.Example, isEnd: true, found);
                if (!found.Exists(one => one.Rule.Id == rule.Id))
                {
                    throw new InvalidOperationException(
                        $"The rule '{rule.Id}' does not find its own example, so guards cannot be trusted. The gate "
                        + "does not start.");
                }
            }
        }
        return true;
    });

    /// <summary>Every rule of every detector, in the order of the checks.</summary>
    public static IEnumerable<TextRule> Rules => Each.SelectMany(detector => detector.Rules);

    private static IEnumerable<TextDetector> Each =>
        All.Values.Append(new UnsourcedNumberDetector(PromptNumbers.Of([])));
}

/// <summary>What the findings and refusals of a guard say.</summary>
internal static class GuardWords
{
    /// <summary>What stands in the place of something that was taken out.</summary>
    public static string Removed(TextRule rule) => $"[removed: {rule.Id[(rule.Id.IndexOf('/') + 1)..]}]";

    /// <summary>What the end of an answer says that is not certain.</summary>
    public const string Note = "\n\n[Gatehouse: this answer makes claims that it gives no source for. Check them.]";

    public static Refusal Refuse(GuardAction action, GuardPlan plan, string rule, string? say, bool isPrompt)
    {
        var what = isPrompt ? "The prompt" : "The model's answer";
        if (action == GuardAction.Hold)
        {
            return new Refusal(RefusalKind.GuardHeld,
                $"{what} needs a person's word: rule '{rule}' of guard '{plan.Key}'. It is on record and was not "
                + "delivered. This version has no way yet to release it.");
        }
        return new Refusal(RefusalKind.GuardBlocked,
            say ?? $"{what} was blocked by rule '{rule}' of guard '{plan.Key}'.");
    }

    public static IEnumerable<GuardFinding> Findings(Found found, GuardActions actions, string channel)
        => actions.Actions.Select(action => new GuardFinding
        {
            Rule = found.Rule.Id,
            Version = found.Rule.Version.ToString(System.Globalization.CultureInfo.InvariantCulture),
            Action = Words.Of(action),
            Channel = channel,
            Start = found.Start,
            Length = found.Length,
        });
}
