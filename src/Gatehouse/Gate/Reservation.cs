using Gatehouse.Core.Ledger;
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

    /// <summary>More than any call can use: estimates are cut here, so that no sum over them can overflow.</summary>
    private const long UsedMax = 1_000_000_000_000;

    /// <summary>
    /// Bytes of a stream in which at least one token comes, wrapping included (OpenAI's chunks take about 200). Used
    /// only
    /// for streams that ended before the model's own count.
    /// </summary>
    private const int StreamBytesPerTokenMax = 64;

    /// <summary>What the leaf of a request or an outcome takes, for one that is not written yet.</summary>
    private const int LeafBytes = 1024;

    /// <summary>Answers reserve bytes in steps of this size, so that most do it once.</summary>
    private const int AnswerStep = 16 * 1024;

    private UsagePeriod _wanted;
    private long _requestBytes, _answerBytes, _storedBytes;
    private bool _entered, _reserved, _isRequestStored;

    /// <summary>
    /// What the call used, but for bytes; set from the upstream's own count when it gives one, else estimated.
    /// </summary>
    public UsagePeriod Used { get; private set; }

    /// <summary>Counts the call against rates and calls in flight, before its body is read.</summary>
    public Refusal? Enter()
    {
        var refusal = Meter.TryEnter(call.Caller.Job.Limits, Names());
        _entered = refusal is null;
        WriteStanding();
        return refusal;
    }

    public Refusal? Reserve()
    {
        var prompt = call.Inspection?.PromptTokensEstimate ?? 0;
        // Stored as it came, and once more where it was changed; its outcome has a leaf too, and mostly a short answer.
        _requestBytes = _isRequestStored ? 0 : LeafBytes + call.Body.Length + (call.Attempt?.EditedLength ?? 0);
        _answerBytes = LeafBytes;
        _wanted = new UsagePeriod(
            prompt + AnswerTokensWanted, _requestBytes + _answerBytes, CostMicros(prompt, AnswerTokensWanted));
        var refusal = Meter.TryReserve(call.Caller.Job.Limits, _wanted, Names());
        _reserved = refusal is null;
        WriteStanding();
        return refusal;
    }

    /// <summary>The request is on record with so many bytes: what it reserved becomes what it used.</summary>
    public void RequestStored(long bytes)
    {
        _isRequestStored = true;
        if (!_reserved) return;
        _wanted -= new UsagePeriod(0, _requestBytes, 0);
        Meter.Settle(new UsagePeriod(0, _requestBytes, 0), new UsagePeriod(0, bytes, 0), Names());
        _requestBytes = 0;
    }

    /// <summary>The outcome is on record with so many bytes.</summary>
    public void OutcomeStored(long bytes) => _storedBytes = bytes;

    /// <summary>
    /// Reserves what the answer takes on record once it has this many bytes. The refusal says that the job's bytes of
    /// the day are used up: the answer ends here.
    /// </summary>
    public Refusal? GrowAnswer(long bytes)
    {
        if (!_reserved || call.Caller.Job.Limits.BytesPerDay is null) return null;
        // Where the gate changes an answer, what came and what was passed on are two payloads.
        var needed = LeafBytes + (call.RewritesAnswer ? 2 * bytes : bytes);
        if (needed <= _answerBytes) return null;
        if (TryGrow(needed - _answerBytes + AnswerStep) is null) return null;
        return TryGrow(needed - _answerBytes);
    }

    private Refusal? TryGrow(long bytes)
    {
        var more = new UsagePeriod(0, bytes, 0);
        if (Meter.TryReserveMore(call.Caller.Job.Limits, more, Names()) is { } refusal) return refusal;
        (_wanted, _answerBytes) = (_wanted + more, _answerBytes + bytes);
        return null;
    }

    /// <summary>Works out the use of an ended call, once, so that the outcome's transaction can book it too.</summary>
    public UsagePeriod Count(CallOutcome outcome)
    {
        var answerBytes = outcome.Upstream.Length;
        var input = outcome.Usage.Input ?? (outcome.ModelWorked ? call.Inspection?.PromptTokensEstimate ?? 0 : 0);
        var output = outcome.Usage.Output ?? Estimate(outcome, answerBytes);
        if (outcome.Outcome is ExchangeOutcome.ClientAborted or ExchangeOutcome.Interrupted && AnswersInText)
            output = Math.Max(output, outcome.ModelWorked ? Unfinished(outcome, answerBytes) : 0);
        return Used = new UsagePeriod(Math.Min(input + output, UsedMax), 0, CostMicros(input, output));
    }

    /// <summary>
    /// Ends the call's part in its job's meter, whatever it had reached. A call that waits enters again afterwards.
    /// </summary>
    public void Settle()
    {
        if (_reserved) Meter.Settle(_wanted, Used with { Bytes = _storedBytes }, Names());
        // A call that waited had given its part back by then; its end is on record like that of others.
        else if (_storedBytes > 0) Meter.Settle(default, new UsagePeriod(0, _storedBytes, 0), Names());
        if (_entered) Meter.Leave();
        (_entered, _reserved, _storedBytes) = (false, false, 0);
    }

    /// <summary>Whether this job has a budget that a restart must not forget.</summary>
    public bool CountsPeriods
        => call.Caller.Job.Limits
            is { TokensPerDay: not null } or { BytesPerDay: not null } or { CostPerMonth: not null };

    public PeriodNames Names() => parts.Limits.Names(parts.ConfirmedTime(), call.Plan.TimeZone);

    private JobMeter Meter => parts.Limits.For(call.Caller.Job.Key);

    private long AnswerTokensWanted
        => AnswersInText ? (call.Inspection!.OutputTokensMax ?? UnlimitedAnswerTokens) * call.Inspection.Answers : 0;

    /// <summary>
    /// Tokens of an answer that nobody counted. Four bytes a token is the common estimate for English text; the events
    /// of a stream wrap each token in many more.
    /// </summary>
    private long Estimate(CallOutcome outcome, long answerBytes)
        => !AnswersInText || !outcome.ModelWorked ? 0
            : outcome.ContentEvents > 0 ? Unfinished(outcome, answerBytes)
            : answerBytes / 4;

    /// <summary>
    /// A caller that goes away before the model has counted does not get its answer for nothing: a stream is booked by
    /// what came, an answer that nobody saw by what was reserved for it.
    /// </summary>
    private long Unfinished(CallOutcome outcome, long answerBytes)
        => answerBytes == 0
            ? AnswerTokensWanted : Math.Max(outcome.ContentEvents, answerBytes / StreamBytesPerTokenMax);

    private void WriteStanding()
    {
        var limits = call.Caller.Job.Limits;
        if (limits.RequestsPerMinute is null && limits.TokensPerMinute is null) return;
        RateHeaders.Write(
            call.Answer, call.Dialect, limits, Meter.Standing(limits, Names()), parts.Time.GetUtcNow());
    }

    private long CostMicros(long inputTokens, long outputTokens)
        => call.Model?.Price is { } price
            ? (long)Math.Min(price.Of(inputTokens, outputTokens) * 1_000_000m, UsedMax) : 0;

    private bool AnswersInText
        => call.Inspection is not null
            && call.Route!.Scope is EndpointScope.Chat or EndpointScope.Completions or EndpointScope.Responses;
}
