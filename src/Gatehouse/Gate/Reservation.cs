using Gatehouse.Core.Traffic;
using Gatehouse.Gate.Limits;

namespace Gatehouse.Gate;

/// <summary>
/// What a call may use, taken from its job's limits before it leaves, and what it did use, booked when it ends.
/// </summary>
internal sealed class Reservation(GateCall call, GateParts parts)
{
    /// <summary>
    /// Tokens reserved for an answer whose length nobody limited. Short answers are the rule in automations; a longer
    /// one is booked in full when it ends.
    /// </summary>
    private const long UnlimitedAnswerTokens = 256;

    private UsagePeriod _wanted;
    private bool _reserved;

    /// <summary>What the call used; set from the upstream's own count when it gives one, else estimated.</summary>
    public UsagePeriod Used { get; private set; }

    public Refusal? Reserve()
    {
        var prompt = call.Inspection?.PromptTokensEstimate ?? 0;
        var answer = AnswersInText
            ? (call.Inspection!.OutputTokensMax ?? UnlimitedAnswerTokens) * call.Inspection.Answers : 0;
        _wanted = new UsagePeriod(prompt + answer, call.Received.Length, CostMicros(prompt, answer));
        var refusal = Meter.TryAdmit(call.Caller.Job.Limits, _wanted, Names());
        _reserved = refusal is null;
        var limits = call.Caller.Job.Limits;
        if (limits.RequestsPerMinute is not null || limits.TokensPerMinute is not null)
        {
            RateHeaders.Write(call.Http.Response.Headers, call.Dialect, limits, Meter.Standing(limits, Names()),
                parts.Time.GetUtcNow());
        }
        return refusal;
    }

    /// <summary>Works out the use of an ended call, once, so that the outcome's transaction can book it too.</summary>
    public UsagePeriod Count(CallOutcome outcome)
    {
        var answerBytes = outcome.Upstream.Length;
        var input = outcome.Usage.Input ?? call.Inspection?.PromptTokensEstimate ?? 0;
        // Four bytes a token is the common estimate for English text; used only where the upstream counts nothing.
        var output = outcome.Usage.Output ?? (AnswersInText ? answerBytes / 4 : 0);
        return Used = new UsagePeriod(
            input + output, call.Received.Length + answerBytes, CostMicros(input, output));
    }

    public void Settle()
    {
        if (!_reserved) return;
        _reserved = false;
        Meter.Settle(_wanted, Used, Names());
    }

    private bool AnswersInText
        => call.Inspection is not null
            && call.Route!.Scope is EndpointScope.Chat or EndpointScope.Completions or EndpointScope.Responses;

    private JobMeter Meter => parts.Limits.For(call.Caller.Job.Key);

    /// <summary>Whether this job has a budget that a restart must not forget.</summary>
    public bool CountsPeriods
        => call.Caller.Job.Limits
            is { TokensPerDay: not null } or { BytesPerDay: not null } or { CostPerMonth: not null };

    public PeriodNames Names() => parts.Limits.Names(parts.Time.GetUtcNow(), call.Plan.TimeZone);

    private long CostMicros(long inputTokens, long outputTokens)
        => call.Model?.Price is { } price ? (long)(price.Of(inputTokens, outputTokens) * 1_000_000m) : 0;
}
