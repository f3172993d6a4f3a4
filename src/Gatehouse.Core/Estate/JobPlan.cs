using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Gatehouse.Core.Estate;

/// <summary>One entry of <c>jobs:</c>, with its names resolved and its gaps filled from <c>defaults:</c>.</summary>
public sealed record JobPlan
{
    /// <summary>The key in the estate file.</summary>
    public required string Key { get; init; }

    /// <summary>Who answers for it.</summary>
    public required string Owner { get; init; }

    /// <summary>The models that it may call, in the order of the file; never empty.</summary>
    public required ImmutableArray<ModelPlan> Models { get; init; }

    /// <summary>
    /// The same models by key, by upstream name, and for Ollama by <see cref="OllamaName.Whole"/>. Models of
    /// <see cref="AnyModel"/> are not among them.
    /// </summary>
    public required FrozenDictionary<string, ModelPlan> ModelsByName { get; init; }

    /// <summary>
    /// The model that a call names, or null when the job names none so. Names of Ollama's models are compared as
    /// Ollama does; a name that is written as in the estate file wins.
    /// </summary>
    public ModelPlan? ModelNamed(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return ModelsByName.TryGetValue(name, out var exact)
            ? exact : ModelsByName.GetValueOrDefault(OllamaName.Whole(name));
    }

    /// <summary>The server of which it may call every model; null when all its models are named.</summary>
    public ModelPlan? AnyModel { get; init; }

    /// <summary>
    /// Its models that stand for several names, <see cref="AnyModel"/> among them; the longest beginning first, which
    /// wins.
    /// </summary>
    public ImmutableArray<ModelPlan> OpenModels { get; init; } = [];

    /// <summary>
    /// The model that a call means by a name, of its named ones first. One that speaks the call's dialect goes before
    /// one that does not: of <c>gpt-*</c> at OpenAI and <c>*</c> of an Ollama, the latter is meant by Ollama's clients.
    /// </summary>
    /// <param name="name">The name, as the call gives it.</param>
    /// <param name="prices">Prices by upstream name.</param>
    /// <param name="speaks">Whether a model speaks the call's dialect.</param>
    /// <returns>The model, which may speak another dialect, or null when it may have none of that name.</returns>
    public ModelPlan? ModelFor(
        string name, FrozenDictionary<string, ModelPrice> prices, Func<ModelPlan, bool> speaks)
    {
        ArgumentNullException.ThrowIfNull(speaks);
        if (ModelNamed(name) is { } named)
        {
            // The same model may be declared once for each dialect that its server speaks.
            return speaks(named) ? named : Models.FirstOrDefault(model => model.Url == named.Url
                && model.UpstreamName == named.UpstreamName && model.Credential == named.Credential && speaks(model))
                ?? named;
        }
        ModelPlan? other = null;
        foreach (var open in OpenModels)
        {
            if (open.Named(name, prices) is not { } model) continue;
            if (speaks(model)) return model;
            other ??= model;
        }
        return other;
    }

    /// <summary>What starts it.</summary>
    public required JobTrigger Trigger { get; init; }

    /// <summary>Where its input comes from.</summary>
    public required SourcePlan Source { get; init; }

    /// <summary>Where its output goes.</summary>
    public required SinkPlan Sink { get; init; }

    /// <summary>Where it keeps data of its own.</summary>
    public required ImmutableArray<JobStore> Stores { get; init; }

    /// <summary>The services that it chains, in order.</summary>
    public required ImmutableArray<string> Pipeline { get; init; }

    /// <summary>What its owner says that it can do.</summary>
    public required JobAbilities Can { get; init; }

    /// <summary>Its own limits, with gaps filled from <c>defaults:</c>.</summary>
    public required JobLimits Limits { get; init; }

    /// <summary>The user that may fetch its tokens; null when only owner and root may.</summary>
    public RunAs? RunAs { get; init; }

    /// <summary>Addresses of its own, each of which is its identity; empty when it has none.</summary>
    public ImmutableArray<ListenAddress> Listen { get; init; } = [];

    /// <summary>
    /// Origins of web pages and desktop apps that may call as this job and read its answers (RFC 6454); none unless
    /// listed.
    /// </summary>
    public FrozenSet<string> Origins { get; init; } = [];

    /// <summary>
    /// Whether a call on one of <see cref="Listen"/> takes the caller's own credential to the model, and never the
    /// gate's.
    /// </summary>
    public bool PassCredential { get; init; }

    /// <summary>What guards do with its calls.</summary>
    public JobMode Mode { get; init; }

    /// <summary>What its prompts and answers are checked for; null when nobody looks.</summary>
    public GuardPlan? Guard { get; init; }

    /// <summary>Whether it may pull, create, copy and delete models of an Ollama upstream.</summary>
    public required bool MayManageModels { get; init; }

    /// <summary>Routes that pass uninspected, as <c>audio/speech</c> or <c>images/edits</c>.</summary>
    public required FrozenSet<string> Opaque { get; init; }

    /// <summary>Provider-side features that it may use, as <c>web_search</c> or <c>file_id</c>.</summary>
    public required FrozenSet<string> ProviderTools { get; init; }

    /// <summary>Largest request body in bytes.</summary>
    public required long BodyBytesMax { get; init; }

    /// <summary>How long after each fire of a cron trigger it may call without being flagged.</summary>
    public required TimeSpan Window { get; init; }

    /// <summary>True when a call is expected: no schedule, or at most <see cref="Window"/> after a fire.</summary>
    /// <param name="now">The time of the call.</param>
    /// <param name="timeZone">The zone in which the schedule is meant: <see cref="EstatePlan.TimeZone"/>.</param>
    public bool IsExpectedAt(DateTimeOffset now, TimeZoneInfo timeZone) =>
        Trigger.Schedule is null || Trigger.Schedule.IsWithinWindow(now, timeZone, Window);
}

/// <summary>What the owner of a job says that it can do.</summary>
public sealed record JobAbilities
{
    /// <summary>All questions unanswered.</summary>
    public static JobAbilities Unanswered { get; } = new();

    /// <summary>Can it alter data?</summary>
    public YesNo AlterData { get; init; }

    /// <summary>Can it send messages to people or systems outside?</summary>
    public YesNo SendExternally { get; init; }

    /// <summary>Does it get feedback from outside (replies, votes, corrections) that it acts on?</summary>
    public YesNo ReceiveFeedback { get; init; }

    /// <summary>Can it change its own configuration, or retrain?</summary>
    public YesNo ChangeItself { get; init; }
}

/// <summary>What is added to an entry of <c>jobs:</c> that is there already. What stands there stays.</summary>
/// <param name="Key">The job's key.</param>
public sealed record JobChange(string Key)
{
    /// <summary>
    /// Keys with their values, written as YAML that fits on one line. A key that the entry has keeps its value.
    /// </summary>
    public ImmutableArray<KeyValuePair<string, string>> More { get; init; } = [];

    /// <summary>Keys of models that it may call besides those that it has.</summary>
    public ImmutableArray<string> AlsoModels { get; init; } = [];
}

/// <summary>What <c>defaults:</c> gives to every job that does not say otherwise.</summary>
/// <param name="Limits">Limits; a gap here and in the job means no limit.</param>
/// <param name="BodyBytesMax">Largest request body in bytes.</param>
/// <param name="Window">How long after each fire of its cron trigger a job may call.</param>
public sealed record JobDefaults(JobLimits Limits, long BodyBytesMax, TimeSpan Window);

/// <summary>How much a job may use. A limit that is null does not apply.</summary>
public sealed record JobLimits
{
    /// <summary>No limit at all.</summary>
    public static JobLimits None { get; } = new();

    /// <summary>Calls per minute.</summary>
    public int? RequestsPerMinute { get; init; }

    /// <summary>Input and output tokens per minute.</summary>
    public long? TokensPerMinute { get; init; }

    /// <summary>Input and output tokens per day.</summary>
    public long? TokensPerDay { get; init; }

    /// <summary>Calls that may be open at once.</summary>
    public int? Concurrent { get; init; }

    /// <summary>Money per calendar month, in the currency of <c>prices:</c>.</summary>
    public decimal? CostPerMonth { get; init; }

    /// <summary>
    /// Bytes that the job may add to the ledger per day: its entries and payloads as they are stored.
    /// </summary>
    public long? BytesPerDay { get; init; }

    /// <summary>These limits, with the gaps filled from <paramref name="defaults"/>.</summary>
    public JobLimits Over(JobLimits defaults)
    {
        ArgumentNullException.ThrowIfNull(defaults);
        return new JobLimits
        {
            RequestsPerMinute = RequestsPerMinute ?? defaults.RequestsPerMinute,
            TokensPerMinute = TokensPerMinute ?? defaults.TokensPerMinute,
            TokensPerDay = TokensPerDay ?? defaults.TokensPerDay,
            Concurrent = Concurrent ?? defaults.Concurrent,
            CostPerMonth = CostPerMonth ?? defaults.CostPerMonth,
            BytesPerDay = BytesPerDay ?? defaults.BytesPerDay,
        };
    }
}

/// <summary>What guards do with a job's calls. Identity, ledger, limits and pauses work in both modes.</summary>
public enum JobMode
{
    /// <summary>Guards act.</summary>
    Enforce,

    /// <summary>Guards only record what they would have done: where an adopted job starts.</summary>
    Observe,
}

/// <summary>A place where a job keeps data of its own.</summary>
/// <param name="What">What lies there, in the owner's words, such as <c>intermediate</c>.</param>
/// <param name="Path">Absolute path.</param>
/// <param name="Keep">How long it is kept; null when nobody said.</param>
public sealed record JobStore(string What, string Path, TimeSpan? Keep);

/// <summary>What starts a job.</summary>
/// <param name="Kind">Which kind of trigger.</param>
/// <param name="Schedule">The schedule, only for <see cref="TriggerKind.Cron"/>.</param>
/// <param name="Detail">What the owner wrote beside a webhook or event, such as its name.</param>
public sealed record JobTrigger(TriggerKind Kind, CronSchedule? Schedule = null, string? Detail = null)
{
    /// <summary>The trigger of a job that declares none.</summary>
    public static JobTrigger Unknown { get; } = new(TriggerKind.Unknown);

    /// <summary>True when it starts without a person at hand; an unknown trigger counts as such.</summary>
    public bool IsUnattended => Kind is not (TriggerKind.Prompt or TriggerKind.Manual);

    /// <summary>The trigger in the words of the estate file, such as <c>cron 0 7 * * *</c>.</summary>
    public override string ToString()
    {
        var kind = Words.Of(Kind);
        return Schedule is not null ? $"{kind} {Schedule}" : Detail is not null ? $"{kind} {Detail}" : kind;
    }
}

/// <summary>The system user that may fetch a job's tokens: a name or a number, exactly one of them.</summary>
/// <param name="UserName">Login name, resolved by the binary; null when a number was written.</param>
/// <param name="Uid">User id; null when a name was written.</param>
public sealed record RunAs(string? UserName, uint? Uid)
{
    /// <summary>As the estate file holds it.</summary>
    public override string ToString() => UserName ?? FormattableString.Invariant($"{Uid}");
}

/// <summary>What starts a job.</summary>
public enum TriggerKind
{
    /// <summary>Nobody said; counts as unattended.</summary>
    Unknown,

    /// <summary>A schedule.</summary>
    Cron,

    /// <summary>A web request from elsewhere.</summary>
    Webhook,

    /// <summary>A local event, such as a file that appears.</summary>
    Event,

    /// <summary>A person who asks something.</summary>
    Prompt,

    /// <summary>A person who starts it by hand.</summary>
    Manual,

    /// <summary>It never stops.</summary>
    Always,
}
