using Gatehouse.Core.Estate;
using Gatehouse.Core.Ledger;
using Gatehouse.Core.Traffic;
using Gatehouse.Gate.Identity;
using Gatehouse.Gate.Limits;
using Gatehouse.Gate.Upstream;
using Gatehouse.Storage;
using Gatehouse.Telemetry;

namespace Gatehouse.Gate;

/// <summary>
/// Steps 6 and 9: an <em>audit</em> promise. Each method returns only when the record is on disk, or with the refusal
/// that the caller gets because it is not. The live page and the counters are told after that, and never fail a call.
/// </summary>
internal sealed class CallRecorder(GateParts parts)
{
    /// <summary>
    /// A refused body up to this size is kept, to see what was tried; a larger one is not worth the disk.
    /// </summary>
    private const int RefusedBytesMax = 64 * 1024;

    /// <summary>Step 6. Durable before the first byte goes upstream.</summary>
    public async ValueTask<Refusal?> RecordRequestAsync(GateCall call, Reservation reservation)
    {
        var identity = await parts.Identities.OfAsync(call.Model!, call.Ended);
        var draft = new LedgerDraft
        {
            Entry = new RequestEntry { Id = call.Id, Call = Facts(call, identity) },
            Payloads =
            [
                new PayloadPart(PayloadKind.Received, RetentionClass.Inputs, call.Body.Received.Memory),
                new PayloadPart(PayloadKind.Forwarded, RetentionClass.Inputs, call.Attempt!.Forwarded),
            ],
            StateChange = reservation.CountsPeriods
                ? GateState.Book(call.Caller.Job.Key, reservation.Names(), default) : null,
        };
        if (call.Route!.Kind == RouteKind.Manage && await RecordManagementAsync(call) is { IsDurable: false } refused)
            return Explain(call, refused.Refusal);
        // Not the caller's token: an append that is under way must not outlive the memory it reads.
        var result = await parts.Append(draft, CancellationToken.None);
        if (!result.IsDurable) return Explain(call, result.Refusal);
        call.RequestRecorded = true;
        reservation.RequestStored(result.StoredBytes);
        parts.Live.Show(Live(call, "running"));
        return null;
    }

    /// <summary>Changing models is an act, besides being a call.</summary>
    private ValueTask<AppendResult> RecordManagementAsync(GateCall call) => parts.Append(
        new LedgerDraft
        {
            Entry = new ActEntry
            {
                Id = parts.NewId(EntryId.Act),
                Act = "models.manage",
                Uid = -1,
                Who = $"job {call.Caller.Job.Key}",
                Details = new Dictionary<string, string> { ["exchange"] = call.Id, ["route"] = call.Route!.Name },
            },
        },
        CancellationToken.None);

    /// <summary>
    /// Step 9. Durable before the end is released; it books what the call used in the same transaction.
    /// </summary>
    public async ValueTask<Refusal?> RecordOutcomeAsync(GateCall call, CallOutcome outcome, Reservation reservation)
    {
        var used = reservation.Count(outcome);
        var milliseconds = (long)parts.Time.GetElapsedTime(call.Started).TotalMilliseconds;
        var draft = Draft(call, outcome, milliseconds) with
        {
            StateChange = reservation.CountsPeriods
                ? GateState.Book(call.Caller.Job.Key, reservation.Names(), used) : null,
        };
        var result = await parts.Append(draft, CancellationToken.None);
        call.OutcomeRecorded = true;
        reservation.OutcomeStored(result.StoredBytes);
        // Before the end goes out: a caller that has its answer does not meet its own call at the next one's limits.
        reservation.Settle();
        parts.Identities.Learn(call.Model!, outcome.ReportedModel, outcome.Fingerprint);
        parts.Metrics.CountOutcome(call.Caller.Job.Key, call.Model!.Key, outcome.Outcome.Word(), milliseconds);
        parts.Metrics.CountTokens(call.Caller.Job.Key, call.Model.Key, outcome.Usage.Input, outcome.Usage.Output);
        parts.Live.Show(Live(call, outcome.Outcome.Word()) with
        {
            Reason = outcome.Reason ?? "",
            Status = outcome.Status,
            Milliseconds = milliseconds,
            Tokens = (outcome.Usage.Input ?? 0) + (outcome.Usage.Output ?? 0),
        });
        return result.IsDurable ? null : Explain(call, result.Refusal);
    }

    /// <summary>
    /// The end that is on record did not go out: a second outcome of the exchange says so, and is the one that counts.
    /// </summary>
    public async ValueTask CorrectOutcomeAsync(GateCall call, CallOutcome outcome)
    {
        var milliseconds = (long)parts.Time.GetElapsedTime(call.Started).TotalMilliseconds;
        var result = await parts.Append(Draft(call, outcome, milliseconds), CancellationToken.None);
        if (result.IsDurable) parts.Log.Corrected(call.Id);
        else parts.Log.NotRecorded(call.Id, result.Refusal.ToString());
        parts.Live.Show(Live(call, outcome.Outcome.Word()) with
        {
            Reason = outcome.Reason ?? "",
            Status = outcome.Status,
            Milliseconds = milliseconds,
        });
    }

    private LedgerDraft Draft(GateCall call, CallOutcome outcome, long milliseconds) => new()
    {
        Entry = new OutcomeEntry
        {
            Id = parts.NewId(EntryId.Outcome),
            Of = call.Id,
            Outcome = outcome.Outcome,
            Reason = outcome.Reason,
            Status = outcome.Status,
            DurationMilliseconds = milliseconds,
            InputTokens = outcome.Usage.Input,
            OutputTokens = outcome.Usage.Output,
            ReportedModel = Short(outcome.ReportedModel),
            Fingerprint = Short(outcome.Fingerprint),
            BytesDelivered = outcome.DeliveredBytes ?? outcome.Delivered.Length,
            Flags = outcome.Flags,
            Findings = call.Findings,
        },
        Payloads = outcome.Upstream.Length == 0 ? [] :
        [
            new PayloadPart(PayloadKind.Upstream, RetentionClass.Outputs, outcome.Upstream),
            new PayloadPart(PayloadKind.Delivered, RetentionClass.Outputs, outcome.Delivered),
        ],
    };

    /// <summary>A refusal of a known job, with what it sent, if that was read.</summary>
    public async ValueTask<Refusal?> RecordRefusalAsync(GateCall call, Refusal refusal)
    {
        var row = RefusalTable.For(refusal.Kind);
        // Counted against the job's bytes of the day: what is refused fills the disk like what is not. A job without
        // any left adds the entry alone, and of those a few a minute.
        var kept = refusal.Kind == RefusalKind.ByteBudget || call.Body.Length > RefusedBytesMax
            ? 0 : call.Body.Length;
        var names = parts.Limits.Names(parts.ConfirmedTime(), call.Plan.TimeZone);
        var draft = new LedgerDraft
        {
            Entry = new OutcomeEntry
            {
                Id = parts.NewId(EntryId.Outcome),
                Of = call.Id,
                Outcome = ExchangeOutcome.Refused,
                Call = Facts(call, null),
                Status = row.Status,
                Reason = row.Reason,
                DurationMilliseconds = (long)parts.Time.GetElapsedTime(call.Started).TotalMilliseconds,
                Findings = call.Findings,
            },
            Payloads = kept == 0
                ? [] : [new PayloadPart(PayloadKind.Received, RetentionClass.Inputs, call.Body.Received.Memory)],
            StateChange = call.Caller.Job.Limits.BytesPerDay is null
                ? null : GateState.Book(call.Caller.Job.Key, names, default),
        };
        var result = await parts.Append(draft, CancellationToken.None);
        parts.Limits.For(call.Caller.Job.Key).Settle(default, new UsagePeriod(0, result.StoredBytes, 0), names);
        return result.IsDurable ? null : Explain(call, result.Refusal);
    }

    /// <summary>Tells the live page and the counters of a refusal.</summary>
    public void ShowRefusal(GateCall call, Refusal refusal)
    {
        var row = RefusalTable.For(refusal.Kind);
        parts.Metrics.CountRefusal(row.Reason);
        parts.Live.Show(Live(call, ExchangeOutcome.Refused.Word()) with
        {
            Reason = row.Reason,
            Status = row.Status,
            Milliseconds = (long)parts.Time.GetElapsedTime(call.Started).TotalMilliseconds,
        });
    }

    private CallFacts Facts(GateCall call, ModelIdentity? identity)
    {
        var caller = call.Caller;
        var flags = new List<string>(1);
        if (!caller.Job.IsExpectedAt(parts.ConfirmedTime(), call.Plan.TimeZone)) flags.Add("outside-window");
        if (caller.Job.Mode == JobMode.Observe) flags.Add("observe");
        if (call.Route?.Kind == RouteKind.Opaque) flags.Add("opaque");
        if (call.Route?.Kind == RouteKind.Manage) flags.Add("manages-models");
        return new CallFacts
        {
            Job = caller.Job.Key,
            IdentifiedBy = WordOf(caller.By),
            TokenId = caller.Token?.Id,
            Caller = caller.Address,
            Dialect = WordOf(call.Dialect),
            Endpoint = call.Route?.Name ?? "unknown",
            Model = call.Model?.Key,
            ModelName = call.Model is { IsAny: true } any && any.UpstreamName != ModelPlan.AnyName
                ? any.UpstreamName : null,
            Upstream = call.Model is null ? null : UpstreamAddress.Of(call.Model).Text,
            Identity = identity,
            Session = ClientIds.Session(call.Request.Headers),
            Agent = ClientIds.Agent(call.Request.Headers),
            Query = call.Query.Length > 0 ? call.Query : null,
            IsStream = call.Inspection?.Stream ?? false,
            Splices = call.Attempt?.Splices ?? [],
            Flags = flags,
        };
    }

    private LiveCall Live(GateCall call, string outcome) => new()
    {
        Id = call.Id,
        Time = parts.Time.GetUtcNow(),
        Job = call.Caller.Job.Key,
        By = WordOf(call.Caller.By),
        Dialect = WordOf(call.Dialect),
        Endpoint = call.Route?.Name ?? "unknown",
        Model = NameOf(call.Model),
        Outcome = outcome,
    };

    /// <summary>For people: a name that the estate does not hold stands behind its server's key.</summary>
    private static string NameOf(ModelPlan? model) => model is null
        ? "" : model.IsAny ? $"{model.Key}/{model.UpstreamName}" : model.Key;

    /// <summary>What the caller is told when something is not on record.</summary>
    public Refusal Explain(GateCall call, LedgerRefusal state)
    {
        parts.Log.NotRecorded(call.Id, state.ToString());
        return state switch
        {
            LedgerRefusal.LedgerFull => new Refusal(RefusalKind.LedgerFull,
                "The ledger has reached its size limit (ledger.bytes-max), so nothing is forwarded."),
            LedgerRefusal.DiskFull => new Refusal(RefusalKind.LedgerUnavailable,
                "The disk of the gate's ledger is full, so nothing is forwarded."),
            LedgerRefusal.ReadOnly => new Refusal(RefusalKind.LedgerUnavailable,
                "The disk of the gate's ledger is read-only, so nothing is forwarded."),
            LedgerRefusal.NoDescriptors => new Refusal(RefusalKind.LedgerUnavailable,
                "The gate has no file descriptor left for its ledger, so nothing is forwarded."),
            LedgerRefusal.KeyDamaged => new Refusal(RefusalKind.LedgerUnavailable,
                "A key of the gate's ledger cannot be opened, so nothing is forwarded. Its readyz names the file."),
            LedgerRefusal.Busy => new Refusal(RefusalKind.Overloaded, "The gate's ledger cannot keep up. Try again."),
            _ => new Refusal(
                RefusalKind.LedgerUnavailable, "The gate's ledger cannot be written, so nothing is forwarded."),
        };
    }

    private static string WordOf(IdentifiedBy by) => by switch
    {
        IdentifiedBy.Token => "token",
        IdentifiedBy.UrlToken => "url-token",
        IdentifiedBy.Listener => "listener",
        IdentifiedBy.Server => "server",
        _ => "nothing",
    };

    private static string WordOf(Dialect dialect) => dialect switch
    {
        Dialect.OpenAI => "openai",
        Dialect.Ollama => "ollama",
        _ => "anthropic",
    };

    /// <summary>The upstream chooses these texts; a leaf has no room for a novel.</summary>
    private static string? Short(string? text) => text is { Length: > 200 } ? text[..200] : text;
}
