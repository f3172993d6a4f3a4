namespace Gatehouse.Core.Approvals;

/// <summary>What kind of work waits for a person.</summary>
public enum HeldKind
{
    /// <summary>A call to a model.</summary>
    Exchange = 1,

    /// <summary>A tool call that a model asked for.</summary>
    ToolCall = 2,

    /// <summary>Something that is to be posted to a sink.</summary>
    Post = 3,

    /// <summary>A question that a job asks a person.</summary>
    Ask = 4,

    /// <summary>A new version that is to replace the one in use.</summary>
    Promotion = 5,

    /// <summary>A model that changed without being asked to.</summary>
    ModelUpdate = 6,
}

/// <summary>
/// Where a held item stands. Waiting leads to one of the four verdicts, and each of these to Consumed; an approval that
/// nobody used in time becomes Expired.
/// </summary>
public enum HeldState
{
    /// <summary>Nobody has decided.</summary>
    Waiting = 1,

    /// <summary>It may be done, once.</summary>
    Approved = 2,

    /// <summary>It may not be done.</summary>
    Denied = 3,

    /// <summary>Nobody decided in time, or the approval was not used in time.</summary>
    Expired = 4,

    /// <summary>It is no longer wanted: its job is gone, or the requester took it back.</summary>
    Withdrawn = 5,

    /// <summary>The verdict has reached the requester. The end.</summary>
    Consumed = 6,
}

/// <summary>Why a transition does not happen.</summary>
public enum HeldObstacle
{
    /// <summary>The item was decided before; the first decision counts.</summary>
    AlreadyDecided,

    /// <summary>Nobody has decided yet, so there is nothing to consume.</summary>
    NotDecided,

    /// <summary>The item's time is over.</summary>
    TimeIsOver,

    /// <summary>The verdict has reached the requester; nothing can happen to the item any more.</summary>
    AlreadyConsumed,

    /// <summary>The item's time is not over yet.</summary>
    NotDue,
}

/// <summary>How an item was decided, by whom, why and when.</summary>
/// <param name="Verdict">One of the four states that Waiting leads to.</param>
/// <param name="Who">The person; <see cref="ByTime"/> if it was nobody.</param>
/// <param name="Why">The reason, if one was given.</param>
/// <param name="At">When.</param>
public sealed record HeldDecision(HeldState Verdict, string Who, string Why, DateTimeOffset At)
{
    /// <summary>Who decides when nobody does.</summary>
    public const string ByTime = "time";
}

/// <summary>What a transition led to: the changed item, or the reason why it stays as it is.</summary>
/// <param name="Item">The item as it is now.</param>
/// <param name="Obstacle">Null if it changed.</param>
public readonly record struct HeldTransition(HeldItem Item, HeldObstacle? Obstacle)
{
    /// <summary>True if the item changed.</summary>
    public bool IsChange => Obstacle is null;
}

/// <summary>
/// Something that waits until a person decides. It refers to what it is about and does not contain it. A value: each
/// transition gives a new one, or the reason why there is none.
/// </summary>
public sealed record HeldItem
{
    /// <summary>How long a verdict that nobody asked for again is kept after the item's time.</summary>
    public static readonly TimeSpan VerdictKept = TimeSpan.FromDays(1);

    /// <summary>Id, the name under which people see it.</summary>
    public required string Id { get; init; }

    /// <summary>What kind of work it is.</summary>
    public required HeldKind Kind { get; init; }

    /// <summary>The job that it belongs to.</summary>
    public required string Job { get; init; }

    /// <summary>What it is, in a few words for people: no text of a call.</summary>
    public required string What { get; init; }

    /// <summary>
    /// SHA-256, in hexadecimal, of exactly what would be done. An approval counts for these bytes and for no others.
    /// </summary>
    public required string Digest { get; init; }

    /// <summary>Id of the ledger entry whose payload is what would be done; null if there is none.</summary>
    public string? Entry { get; init; }

    /// <summary>When it was held.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>Until when it can be decided, and until when an approval can be used.</summary>
    public required DateTimeOffset Expires { get; init; }

    /// <summary>Where it stands.</summary>
    public HeldState State { get; private init; } = HeldState.Waiting;

    /// <summary>How it was decided; null while it waits. A consumed item keeps it.</summary>
    public HeldDecision? Decision { get; private init; }

    /// <summary>An item as it was stored.</summary>
    /// <exception cref="FormatException">A state and a decision that do not fit together.</exception>
    public static HeldItem Restore(HeldItem waiting, HeldState state, HeldDecision? decision)
    {
        ArgumentNullException.ThrowIfNull(waiting);
        var fits = state switch
        {
            HeldState.Waiting => decision is null,
            HeldState.Approved or HeldState.Denied or HeldState.Expired or HeldState.Withdrawn =>
                decision?.Verdict == state,
            HeldState.Consumed => decision is { Verdict: not (HeldState.Waiting or HeldState.Consumed) },
            _ => false,
        };
        return fits
            ? waiting with { State = state, Decision = decision }
            : throw new FormatException($"The held item {waiting.Id} is {state} with the verdict {decision?.Verdict}.");
    }

    /// <summary>A person says yes.</summary>
    public HeldTransition Approve(string who, string why, DateTimeOffset now)
        => Decide(new HeldDecision(HeldState.Approved, who, why, now));

    /// <summary>A person says no.</summary>
    public HeldTransition Deny(string who, string why, DateTimeOffset now)
        => Decide(new HeldDecision(HeldState.Denied, who, why, now));

    /// <summary>The requester no longer wants it.</summary>
    public HeldTransition Withdraw(string who, string why, DateTimeOffset now)
        => Decide(new HeldDecision(HeldState.Withdrawn, who, why, now));

    /// <summary>
    /// What time does to it: an item that nobody decided and an approval that nobody used expire, and a verdict that
    /// nobody asked for again is let go after <see cref="VerdictKept"/>.
    /// </summary>
    public HeldTransition Lapse(DateTimeOffset now) => State switch
    {
        HeldState.Consumed => new(this, HeldObstacle.AlreadyConsumed),
        HeldState.Waiting or HeldState.Approved when now >= Expires => Decided(
            new HeldDecision(HeldState.Expired, HeldDecision.ByTime, State == HeldState.Waiting
                ? "nobody decided in time" : "the approval was not used in time", now)),
        HeldState.Denied or HeldState.Expired or HeldState.Withdrawn when now >= Expires + VerdictKept => Consumed(),
        _ => new(this, HeldObstacle.NotDue),
    };

    /// <summary>The verdict reaches the requester: an approval is used up, a refusal is told.</summary>
    public HeldTransition Consume(DateTimeOffset now) => State switch
    {
        HeldState.Waiting => new(this, HeldObstacle.NotDecided),
        HeldState.Consumed => new(this, HeldObstacle.AlreadyConsumed),
        HeldState.Approved when now >= Expires => new(this, HeldObstacle.TimeIsOver),
        _ => Consumed(),
    };

    /// <summary>
    /// Time on record has gone back: an item that was held later than it is now keeps the time that it had left.
    /// </summary>
    public HeldItem GoBack(DateTimeOffset now, TimeSpan by)
        => Created > now ? this with { Created = Created - by, Expires = Expires - by } : this;

    private HeldTransition Decide(HeldDecision decision) => State switch
    {
        HeldState.Waiting when decision.At >= Expires => new(this, HeldObstacle.TimeIsOver),
        HeldState.Waiting => Decided(decision),
        HeldState.Consumed => new(this, HeldObstacle.AlreadyConsumed),
        _ => new(this, HeldObstacle.AlreadyDecided),
    };

    private HeldTransition Decided(HeldDecision decision)
        => new(this with { State = decision.Verdict, Decision = decision }, null);

    private HeldTransition Consumed() => new(this with { State = HeldState.Consumed }, null);
}

/// <summary>The words for kinds and states, as the store and people see them.</summary>
public static class HeldWords
{
    private static readonly (HeldKind Kind, string Word)[] Kinds =
    [
        (HeldKind.Exchange, "exchange"), (HeldKind.ToolCall, "tool-call"), (HeldKind.Post, "post"),
        (HeldKind.Ask, "ask"), (HeldKind.Promotion, "promotion"), (HeldKind.ModelUpdate, "model-update"),
    ];

    private static readonly (HeldState State, string Word)[] States =
    [
        (HeldState.Waiting, "waiting"), (HeldState.Approved, "approved"), (HeldState.Denied, "denied"),
        (HeldState.Expired, "expired"), (HeldState.Withdrawn, "withdrawn"), (HeldState.Consumed, "consumed"),
    ];

    /// <summary>The word for a kind.</summary>
    public static string Word(this HeldKind kind) => Array.Find(Kinds, one => one.Kind == kind).Word;

    /// <summary>The word for a state.</summary>
    public static string Word(this HeldState state) => Array.Find(States, one => one.State == state).Word;

    /// <summary>The kind of a word.</summary>
    /// <exception cref="FormatException">There is no such kind.</exception>
    public static HeldKind ParseKind(string word)
        => Array.Find(Kinds, one => one.Word == word) is { Word: not null } found
            ? found.Kind : throw new FormatException($"There is no kind of held item '{word}'.");

    /// <summary>The state of a word.</summary>
    /// <exception cref="FormatException">There is no such state.</exception>
    public static HeldState ParseState(string word)
        => Array.Find(States, one => one.Word == word) is { Word: not null } found
            ? found.State : throw new FormatException($"There is no state of a held item '{word}'.");
}
