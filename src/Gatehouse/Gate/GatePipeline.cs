using Gatehouse.Core.Ledger;
using Gatehouse.Core.Traffic;
using Gatehouse.Gate.Identity;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Gatehouse.Gate;

/// <summary>
/// The life of a call. ARCHITECTURE.md tells the same ten steps, with what a crash at each of them leaves:
/// <code>
///   caller ─► 1 accept and bound ─► 2 identify ─► 3 read once ─► 4 rules, limits, pause ─► 5 guard the prompt
///                                                                                            │
///   model  ◄────────────────────────────────── 7 forward ◄───────────── 6 record the request (durable)
///     │
///     └─► 8 guard the answer as it streams ─► 9 record the outcome (durable) ─► 10 release the end ─► caller
/// </code>
/// </summary>
internal sealed class GatePipeline(GateParts parts)
{
    /// <summary>The SDKs wait 600 s for an answer (openai-python, anthropic-sdk-python): a longer silence
    /// helps nobody. Each byte that comes starts it anew.</summary>
    public static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(600);

    private static readonly Refusal Broken =
        new(RefusalKind.Internal, "The gate failed on this call. Its log says why.");

    private readonly Admission _admission = new(parts);
    private readonly CallRecorder _recorder = new(parts);

    public async Task RunAsync(HttpContext http, ListenerIdentity listener)
    {
        // 1 accept and bound: the listener bounded connections and headers, the call gets its id and its plan.
        using var call = new GateCall(http, parts.Plan(), parts.NewId(EntryId.Exchange), parts.Time);
        var answer = new Answer(call, parts);
        http.Response.Headers["X-Gatehouse-Exchange"] = call.Id;
        call.EndAfter(AnswerTimeout);
        try
        {
            // 2 identify the caller.
            var target = http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
            if (parts.Identifier.Identify(call, target, listener) is { } stranger)
            {
                parts.Metrics.CountStranger(RefusalTable.For(stranger.Kind).Reason);
                parts.Summaries.CountStranger();
                await answer.RefuseAsync(stranger);
                return;
            }
            await RunIdentifiedAsync(call, answer);
        }
        catch (OperationCanceledException) when (call.WasCut && !call.ClientIsGone)
        {
            await answer.FailAsync(WhyCut(call));
        }
        catch (OperationCanceledException) when (call.ClientIsGone)
        {
            // Gone before anything was forwarded: there is nobody to tell and nothing to record.
        }
        catch (Exception error)
        {
            // The request boundary: a bug stops this call, never the house, and never passes as success.
            parts.Log.CallFailed(error, call.Id);
            await answer.FailAsync(Broken);
        }
        finally
        {
            parts.Budget.GiveBack(call.BudgetTaken);
        }
    }

    private async Task RunIdentifiedAsync(GateCall call, Answer answer)
    {
        // 3 read once into Traffic; 4 rules, pause.
        var admitted = await _admission.AdmitAsync(call);
        if (admitted.Refusal is { } refusal)
        {
            await RefuseAsync(call, answer, refusal);
            return;
        }
        if (admitted.IsLocal)
        {
            parts.Metrics.CountLocal();
            if (await parts.LocalAnswers.AnswerAsync(call) is { } unknown) await RefuseAsync(call, answer, unknown);
            return;
        }
        // 4 limits: what the call may use is reserved here and settled when its outcome is known.
        var reservation = new Reservation(call, parts);
        if (reservation.Reserve() is { } over)
        {
            await RefuseAsync(call, answer, over);
            return;
        }
        parts.InFlight.Enter(call);
        try
        {
            // A pause that came between the check and this line finds the call here or is found by this check.
            if (parts.Pauses.For(call.Caller.Job.Key) is { } pause) call.Cut();
            await ExchangeAsync(call, answer, reservation);
        }
        finally
        {
            parts.InFlight.Leave(call);
            reservation.Settle();
        }
    }

    private async Task ExchangeAsync(GateCall call, Answer answer, Reservation reservation)
    {
        // 6 record the request: durable before the first byte goes upstream.
        if (await _recorder.RecordRequestAsync(call) is { } notRecorded)
        {
            await answer.RefuseAsync(notRecorded);
            return;
        }
        // 7 to 10.
        try
        {
            await new Exchange(call, answer, _recorder, parts).RunAsync(reservation);
        }
        catch (Exception) when (!call.OutcomeRecorded)
        {
            // A bug must not leave the exchange open until the next start: seal it now, then fail the call.
            await _recorder.RecordOutcomeAsync(call, CallOutcome.Failed(CallFailure.Interrupted(Broken)), reservation);
            throw;
        }
    }

    private Refusal WhyCut(GateCall call)
        => call.Caller != Caller.Stranger && parts.Pauses.For(call.Caller.Job.Key) is { } pause
            ? Admission.Paused(call.Caller.Job.Key, pause)
            : new Refusal(RefusalKind.Overloaded, "The gate is stopping.");

    /// <summary>Refusals of a known job are outcomes on record; rate refusals are summed up by the minute.</summary>
    private async Task RefuseAsync(GateCall call, Answer answer, Refusal refusal)
    {
        _recorder.ShowRefusal(call, refusal);
        if (RefusalTable.For(refusal.Kind).Status == StatusCodes.Status429TooManyRequests)
        {
            parts.Summaries.CountRateLimited(call.Caller.Job.Key);
        }
        else if (await _recorder.RecordRefusalAsync(call, refusal) is { } notRecorded)
        {
            refusal = notRecorded;
        }
        await answer.RefuseAsync(refusal);
    }
}
