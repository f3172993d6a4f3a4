using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace Gatehouse.Core.Estate;

/// <summary>Keys of an entry of <c>guards:</c>.</summary>
internal static class GuardKeys
{
    /// <summary>Constraints that ship with the gate, by their ids.</summary>
    public static readonly string[] ShippedConstraints =
        ["no-invented-facts", "mark-uncertainty", "no-harmful-instructions"];

    private const string SayText = "a short sentence";

    public static readonly Setting<ImmutableArray<string>> Constraints = new("constraints",
        new ListShape<string>(Shapes.Text("the id of a shipped text, or a text of your own"), 0, 20),
        $"Texts that are added to each prompt: {string.Join(", ", ShippedConstraints.Select(id => $"`{id}`"))}, or "
            + "sentences of your own.")
    { Default = [] };

    // What may be done on each side; the words of one check go together.
    private static readonly GuardAction[] OnPrompt = [GuardAction.Flag, GuardAction.Hold, GuardAction.Block];
    private static readonly GuardAction[] OnSpan =
        [GuardAction.Flag, GuardAction.Review, GuardAction.Redact, GuardAction.Hold, GuardAction.Block];
    private static readonly GuardAction[] OnSentence =
        [GuardAction.Flag, GuardAction.Mark, GuardAction.Review, GuardAction.Hold, GuardAction.Block];

    public static readonly Setting<ImmutableArray<GuardAction>> PromptSecrets = Check("secrets",
        "Keys, tokens and passwords in what the job sends.",
        GuardAction.Flag, GuardAction.Redact, GuardAction.Hold, GuardAction.Block);

    public static readonly Setting<ImmutableArray<GuardAction>> PromptPersonalData = Check("personal-data",
        "What identifies a person, in what the job sends.",
        GuardAction.Flag, GuardAction.Redact, GuardAction.Pseudonymise, GuardAction.Hold, GuardAction.Block);

    public static readonly Setting<ImmutableArray<GuardAction>> PromptInjection = Check("injection",
        "Instructions that came with the data, and characters that nobody sees.", OnPrompt);

    public static readonly SectionShape Prompt = new("prompt", PromptSecrets, PromptPersonalData, PromptInjection);

    public static readonly Setting<ImmutableArray<GuardAction>> AnswerSecrets = Check("secrets",
        "Keys, tokens and passwords in what the model answers.", OnSpan);

    public static readonly Setting<ImmutableArray<GuardAction>> AnswerPersonalData = Check("personal-data",
        "What identifies a person, in what the model answers.", OnSpan);

    public static readonly Setting<ImmutableArray<GuardAction>> AnswerLinks = Check("links",
        "Addresses and images that carry data out.", OnSpan);

    public static readonly Setting<ImmutableArray<GuardAction>> AnswerUnsourcedNumbers = Check("unsourced-numbers",
        "Claims with numbers that neither a source nor the prompt supports.", OnSentence);

    public static readonly Setting<ImmutableArray<GuardAction>> AnswerOverconfidence = Check("overconfidence",
        "Certainty that nothing supports.", OnSentence);

    public static readonly SectionShape Answer = new("answer",
        AnswerSecrets, AnswerPersonalData, AnswerLinks, AnswerUnsourcedNumbers, AnswerOverconfidence);

    public static readonly Setting<ImmutableArray<string>> ToolAllow = new("allow",
        new ListShape<string>(Shapes.Text("the name of a tool; `*` stands for any characters"), 0, 200),
        "The only tools that a model may ask for; without it all may be asked for.");

    public static readonly Setting<string> RuleTool = new("tool",
        Shapes.Text("the name of a tool; `*` stands for any characters"), "Which tools.")
    { Required = true };

    public static readonly Setting<string> RuleArgument = new("argument",
        Shapes.Text("the name of an argument, such as `command` or `to.address`"), "Which argument.")
    { DefaultText = "all of them together" };

    public static readonly Setting<Regex> RuleMatch = new("match", Pattern, "What the argument has to match.")
    { DefaultText = "every call of the tool" };

    public static readonly Setting<long> RuleBytesMax = new("bytes-max", Shapes.Size(1, 1 << 30),
        "Arguments that are larger match as well.");

    public static readonly Setting<GuardAction> RuleAction = new("action",
        ActionOf(GuardAction.Flag, GuardAction.Hold, GuardAction.Block), "What is done.")
    { Required = true };

    public static readonly SectionShape ToolRule = new("a rule about tools",
        RuleTool, RuleArgument, RuleMatch, RuleBytesMax, RuleAction);

    public static readonly Setting<ImmutableArray<SectionReader>> ToolRules = new("rules",
        new ListShape<SectionReader>(ToolRule, 0, 200), "Rules about calls of tools; the strictest that fits decides.")
    { Default = [] };

    public static readonly Setting<long> CallsPerMinute = new("calls-per-minute", Shapes.Whole(1, 100_000, "calls"),
        "Calls of tools that answers may ask for in a minute.");

    public static readonly SectionShape ToolSection = new("tools", ToolAllow, ToolRules, CallsPerMinute);

    public static readonly Setting<string> PatternId = new("id", Shapes.Key, "Its name.") { Required = true };

    public static readonly Setting<Regex> PatternMatch = new("match", Pattern, "What it matches.") { Required = true };

    public static readonly Setting<GuardSide> PatternIn = new("in", Shapes.OneOf<GuardSide>(),
        "Where it is looked for.")
    { Default = GuardSide.Both, DefaultText = "both" };

    public static readonly Setting<ImmutableArray<GuardAction>> PatternAction = new("action",
        new OneOrMoreShape<GuardAction>(ActionOf(OnSpan), 4), "What is done.")
    { Required = true, Default = [] };

    public static readonly Setting<string> PatternSay = new("say", Shapes.Text(SayText),
        "What the caller is told when the call is blocked.");

    public static readonly SectionShape PatternSection = new("a pattern",
        PatternId, PatternMatch, PatternIn, PatternAction, PatternSay);

    public static readonly Setting<SectionReader> PromptKey = new("prompt", Prompt, "What is looked for in prompts.");

    public static readonly Setting<SectionReader> AnswerKey = new("answer", Answer, "What is looked for in answers.");

    public static readonly Setting<SectionReader> Tools = new("tools", ToolSection,
        "Calls of tools that a model may ask for.");

    public static readonly Setting<ImmutableArray<SectionReader>> Patterns = new("patterns",
        new ListShape<SectionReader>(PatternSection, 0, 200), "Patterns of your own.")
    { Default = [] };

    public static readonly Setting<GuardRelease> Release = new("release", Shapes.OneOf<GuardRelease>(),
        "When the text of a streamed answer may go on.")
    { Default = GuardRelease.Auto, DefaultText = "auto", Source = "the strictest that a rule which withholds needs" };

    public static readonly Setting<string> Rewrite = new("rewrite", Shapes.OneOf("never"),
        "`never` for clients that sign or cache what they send: what would be replaced in a prompt is blocked instead.")
    { DefaultText = "bodies may be changed" };

    public static readonly SectionShape Section = new("a guard",
        Constraints, PromptKey, AnswerKey, Tools, Patterns, Release, Rewrite);

    private static Setting<ImmutableArray<GuardAction>> Check(
        string name, string summary, params GuardAction[] actions) => new(
            name, new OneOrMoreShape<GuardAction>(ActionOf(actions), 4), summary)
        { Default = [] };

    private static TextShape<GuardAction> ActionOf(params GuardAction[] actions)
    {
        string[] words = [.. actions.Select(Words.Of)];
        return new($"one of {string.Join(", ", words)}", (string text, out GuardAction value) =>
            Words.TryRead(text, out value) && actions.Contains(value) ? null : "")
        { Choices = words };
    }

    // Linear in the length of the text, whatever the pattern: a prompt must not be able to stop the gate.
    private static TextShape<Regex> Pattern => new(
        "a regular expression without look-around and back-references", (string text, out Regex value) =>
        {
            value = null!;
            try
            {
                value = new Regex(
                    text, RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
                return value.IsMatch("") ? "it matches an empty text" : null;
            }
            catch (Exception e) when (e is ArgumentException or NotSupportedException)
            {
                return "it is no regular expression that runs in linear time";
            }
        })
    { RangeText = "case is ignored" };
}

/// <summary>Builds guards from their sections.</summary>
internal static class GuardAssembly
{
    public static GuardPlan Build(string key, SectionReader section)
    {
        var plan = new GuardPlan
        {
            Key = key,
            Constraints = BuildConstraints(section),
            Prompt = Checks(section.Get(GuardKeys.PromptKey),
                (GuardCheck.Secrets, GuardKeys.PromptSecrets),
                (GuardCheck.PersonalData, GuardKeys.PromptPersonalData),
                (GuardCheck.Injection, GuardKeys.PromptInjection)),
            Answer = Checks(section.Get(GuardKeys.AnswerKey),
                (GuardCheck.Secrets, GuardKeys.AnswerSecrets),
                (GuardCheck.PersonalData, GuardKeys.AnswerPersonalData),
                (GuardCheck.Links, GuardKeys.AnswerLinks),
                (GuardCheck.UnsourcedNumbers, GuardKeys.AnswerUnsourcedNumbers),
                (GuardCheck.Overconfidence, GuardKeys.AnswerOverconfidence)),
            Tools = BuildTools(section.Get(GuardKeys.Tools)),
            Patterns = BuildPatterns(section),
            Release = section.Get(GuardKeys.Release),
            MayRewrite = section.Get(GuardKeys.Rewrite) is null,
        };
        var needed = plan.Patterns.Any(pattern => pattern.In != GuardSide.Prompt && pattern.Actions.Withholds)
            ? GuardRelease.Full
            : plan.For(GuardCheck.UnsourcedNumbers, GuardSide.Answer).Withholds
                || plan.For(GuardCheck.Overconfidence, GuardSide.Answer).Withholds
                ? GuardRelease.Sentence : GuardRelease.Live;
        if (plan.Release != GuardRelease.Auto && plan.Release < needed)
        {
            section.Error(GuardKeys.Release,
                $"a rule of this guard withholds, and needs `{Words.Of(needed)}`", $"`{Words.Of(needed)}` or `auto`");
        }
        if (!plan.MayRewrite && !plan.Constraints.IsEmpty)
        {
            section.Error(GuardKeys.Constraints, "a constraint is added to the body, and `rewrite: never` forbids it",
                "one of both");
        }
        return plan;
    }

    private static ImmutableArray<string> BuildConstraints(SectionReader section)
    {
        var texts = section.Get(GuardKeys.Constraints);
        for (var i = 0; i < texts.Length; i++)
        {
            // One word is meant as an id: a typing error must not become a constraint of one word.
            if (!texts[i].Contains(' ') && !GuardKeys.ShippedConstraints.Contains(texts[i]))
            {
                section.ErrorAt(GuardKeys.Constraints, i, $"there is no text {DisplayText.Quote(texts[i])}",
                    "a shipped id, or a sentence", NearestName.Find(texts[i], GuardKeys.ShippedConstraints));
            }
        }
        return texts;
    }

    private static FrozenDictionary<GuardCheck, GuardActions> Checks(
        SectionReader? section, params (GuardCheck Check, Setting<ImmutableArray<GuardAction>> Setting)[] checks) =>
        checks.Select(one => (one.Check, Actions: Sorted(section?.Get(one.Setting) ?? [])))
            .Where(one => one.Actions.IsOn)
            .ToFrozenDictionary(one => one.Check, one => one.Actions);

    private static GuardActions Sorted(ImmutableArray<GuardAction> actions) => new([.. actions.Distinct().Order()]);

    private static GuardTools BuildTools(SectionReader? section) => section is null
        ? new GuardTools(null, [], null)
        : new GuardTools(
            section.TryGet(GuardKeys.ToolAllow, out var allow) ? allow : null,
            [.. section.Get(GuardKeys.ToolRules).Select(BuildRule)],
            (int?)section.GetOrNull(GuardKeys.CallsPerMinute));

    private static GuardToolRule BuildRule(SectionReader rule)
    {
        var match = rule.Get(GuardKeys.RuleMatch);
        var argument = rule.Get(GuardKeys.RuleArgument);
        var bytesMax = rule.GetOrNull(GuardKeys.RuleBytesMax);
        if (argument is not null && match is null && bytesMax is null)
        {
            rule.Error(GuardKeys.RuleArgument, "says nothing without `match` or `bytes-max`",
                "a pattern, a size, or no `argument`");
        }
        return new GuardToolRule(
            rule.Get(GuardKeys.RuleTool) ?? "", argument, match, bytesMax, rule.Get(GuardKeys.RuleAction));
    }

    private static ImmutableArray<GuardPattern> BuildPatterns(SectionReader section)
    {
        var sections = section.Get(GuardKeys.Patterns);
        var patterns = sections.Select(BuildPattern).ToList();
        for (var i = 0; i < patterns.Count; i++)
        {
            if (patterns.Take(i).Any(before => before.Id == patterns[i].Id))
                sections[i].Error(GuardKeys.PatternId, $"`{patterns[i].Id}` is already there", "a name of its own");
        }
        return [.. patterns.Where(pattern => pattern.Match is not null)];
    }

    // What is missing was reported; a plan with a problem is never used.
    private static GuardPattern BuildPattern(SectionReader section) => new(
        section.Get(GuardKeys.PatternId) ?? "", section.Get(GuardKeys.PatternMatch)!, section.Get(GuardKeys.PatternIn),
        Sorted(section.Get(GuardKeys.PatternAction)), section.Get(GuardKeys.PatternSay));
}
