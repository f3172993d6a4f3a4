using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace Gatehouse.Core.Estate;

/// <summary>What a guard does about something that it found. A stronger action comes after a weaker one.</summary>
public enum GuardAction
{
    /// <summary>It is recorded.</summary>
    Flag,

    /// <summary>A note of uncertainty is added at the end of the text.</summary>
    Mark,

    /// <summary>It is delivered, and queued for a person.</summary>
    Review,

    /// <summary>What was found is replaced.</summary>
    Redact,

    /// <summary>
    /// What was found goes to the model as a token, which is replaced again in the answer to that call.
    /// </summary>
    Pseudonymise,

    /// <summary>It is not delivered until a person says so.</summary>
    Hold,

    /// <summary>It is not delivered.</summary>
    Block,
}

/// <summary>What a guard can look for in a text.</summary>
public enum GuardCheck
{
    /// <summary>Keys, tokens, passwords.</summary>
    Secrets,

    /// <summary>What identifies a person.</summary>
    PersonalData,

    /// <summary>Instructions that came with the data, and characters that nobody sees.</summary>
    Injection,

    /// <summary>Addresses and images that carry data out.</summary>
    Links,

    /// <summary>Claims with numbers that no source is given for.</summary>
    UnsourcedNumbers,

    /// <summary>Certainty that nothing supports.</summary>
    Overconfidence,
}

/// <summary>When the text of an answer may go on.</summary>
public enum GuardRelease
{
    /// <summary>The strictest that a rule which withholds needs.</summary>
    Auto,

    /// <summary>As soon as nothing can begin before it any more.</summary>
    Live,

    /// <summary>A sentence at a time.</summary>
    Sentence,

    /// <summary>When all of it is there.</summary>
    Full,
}

/// <summary>Where a pattern is looked for.</summary>
public enum GuardSide
{
    /// <summary>In what the job sends.</summary>
    Prompt,

    /// <summary>In what the model answers.</summary>
    Answer,

    /// <summary>In both.</summary>
    Both,
}

/// <summary>What is done about one kind of find; several actions may go together.</summary>
/// <param name="Actions">The actions, weakest first; none when nobody looks.</param>
public readonly record struct GuardActions(ImmutableArray<GuardAction> Actions)
{
    /// <summary>Nobody looks.</summary>
    public static GuardActions None { get; } = new([]);

    /// <summary>Whether anybody looks.</summary>
    public bool IsOn => !Actions.IsDefaultOrEmpty;

    /// <summary>The strongest of them.</summary>
    public GuardAction Strongest => Actions[^1];

    /// <summary>Whether text has to wait for the verdict: only redact, hold and block keep it back.</summary>
    public bool Withholds => IsOn && Strongest >= GuardAction.Redact;

    /// <summary>Whether this action is among them.</summary>
    public bool Has(GuardAction action) => IsOn && Actions.Contains(action);
}

/// <summary>A pattern of the user's own.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Match">What it matches; runs in linear time.</param>
/// <param name="In">Where.</param>
/// <param name="Actions">What is done.</param>
/// <param name="Say">What the caller is told when it is blocked; null for the usual words.</param>
public sealed record GuardPattern(string Id, Regex Match, GuardSide In, GuardActions Actions, string? Say);

/// <summary>A rule about calls of tools that a model wants.</summary>
/// <param name="Tool">Which tools, as a glob.</param>
/// <param name="Argument">The argument that it is about, as a dotted path; null for all arguments together.</param>
/// <param name="Match">What the argument has to match; null when every call of the tool is meant.</param>
/// <param name="BytesMax">Larger arguments match as well; null when size says nothing.</param>
/// <param name="Action">Flag, hold or block.</param>
public sealed record GuardToolRule(
    string Tool, string? Argument, Regex? Match, long? BytesMax, GuardAction Action);

/// <summary>What a guard lets a model do with tools.</summary>
/// <param name="Allow">The only tools that may be called, as globs; null when all may.</param>
/// <param name="Rules">Rules, the strictest that fits decides.</param>
/// <param name="CallsPerMinute">Calls of tools that answers may ask for in a minute; null without a limit.</param>
public sealed record GuardTools(
    ImmutableArray<string>? Allow, ImmutableArray<GuardToolRule> Rules, int? CallsPerMinute)
{
    /// <summary>Whether it says anything at all.</summary>
    public bool IsEmpty => Allow is null && Rules.IsEmpty && CallsPerMinute is null;
}

/// <summary>An entry of <c>guards:</c>: what goes in is constrained, what comes out is checked.</summary>
public sealed record GuardPlan
{
    /// <summary>Its key.</summary>
    public required string Key { get; init; }

    /// <summary>What is added to each prompt, as the estate says it: ids of shipped texts, or texts.</summary>
    public required ImmutableArray<string> Constraints { get; init; }

    /// <summary>What is done about finds in prompts.</summary>
    public required FrozenDictionary<GuardCheck, GuardActions> Prompt { get; init; }

    /// <summary>What is done about finds in answers.</summary>
    public required FrozenDictionary<GuardCheck, GuardActions> Answer { get; init; }

    /// <summary>Calls of tools.</summary>
    public required GuardTools Tools { get; init; }

    /// <summary>The user's own patterns.</summary>
    public required ImmutableArray<GuardPattern> Patterns { get; init; }

    /// <summary>When text may go on.</summary>
    public required GuardRelease Release { get; init; }

    /// <summary>Whether bodies may be changed: some clients sign or cache what they send.</summary>
    public required bool MayRewrite { get; init; }

    /// <summary>What is done about a kind of find on one side.</summary>
    public GuardActions For(GuardCheck check, GuardSide side) =>
        (side == GuardSide.Prompt ? Prompt : Answer).TryGetValue(check, out var actions) ? actions : GuardActions.None;
}
