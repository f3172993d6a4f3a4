using Gatehouse.Core.Ledger;
using Gatehouse.Core.Traffic;
using Gatehouse.Gate.Guarding;
using Gatehouse.Gate.Identity;
using Gatehouse.Storage;

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

    /// <summary>Time for a whole body: the largest, 32 MiB, at the speed of a slow uplink of 2 Mbit/s.</summary>
    private static readonly TimeSpan BodyTimeout = TimeSpan.FromSeconds(130);

    /// <summary>What a caller is told of a bug.</summary>
    public static readonly Refusal Broken =
        new(RefusalKind.Internal, "The gate failed on this call. Its log says why.");

    private static readonly Refusal NoMemory =
        new(RefusalKind.Overloaded, "The system gives the gate no more memory. Try again.");

    private static readonly Refusal TooSlow = new(RefusalKind.BodyTooSlow,
        $"The request did not come whole within {BodyTimeout.TotalSeconds:0} s, or broke off.");

    private readonly Admission _admission = new(parts);
    private readonly CallRecorder _recorder = new(parts);

    public async Task RunAsync(CallRequest request, IAnswerWriter writer, ListenerIdentity listener)
    {
        // 1 accept and bound: the listener bounded connections and headers, the call gets its id and its plan.
        using var call = new GateCall(request, writer, parts.Plan(), parts.NewId(EntryId.Exchange), parts.Time);
        call.Listener = listener;
        var answer = new CallerAnswer(call, parts);
        writer.Set("X-Gatehouse-Exchange", call.Id);
        call.EndAfter(AnswerTimeout);
        try
        {
            // 2 identify the caller.
            var unidentified = parts.Identifier.Identify(call, listener);
            AllowOrigin(call);
            if (call.AllowedOrigin is not null && BrowserOrigins.IsPreflight(request)
                && unidentified is null or { Kind: RefusalKind.NoCredential })
            {
                BrowserOrigins.AnswerPreflight(request, writer);
                return;
            }
            if (unidentified is not null)
            {
                parts.Metrics.CountUnidentified(RefusalTable.For(unidentified.Kind).Reason);
                parts.Summaries.CountUnidentified();
                await answer.RefuseAsync(unidentified);
                return;
            }
            request.OnIdentified?.Invoke();
            // One call shows a person who puts an app behind the gate which job it is.
            writer.Set("X-Gatehouse-Job", call.Caller.Job.Key);
            await RunIdentifiedAsync(call, answer);
        }
        catch (OperationCanceledException) when (call.ClientIsGone)
        {
            // Gone before anything was forwarded: there is nobody to tell and nothing to record.
        }
        catch (OperationCanceledException)
        {
            await answer.FailAsync(call.CutWhy ?? TooSlow);
        }
        catch (InsufficientMemoryException error)
        {
            // A body found no pages: nothing else was touched.
            parts.Log.CallFailed(error, call.Id);
            await answer.FailAsync(NoMemory);
        }
        catch (OutOfMemoryException)
        {
            // Any line of any library may have failed half-way, so calls could hang from now on. A gate that is started
            // again is better than one that says that it is ready.
            parts.OnFatal(new LedgerFatal("Memory ran out. The gate stops; start it again, with more memory.", 0, 0));
        }
        catch (Exception error)
        {
            // The request boundary: a bug stops this call, never the server, and never passes as success.
            parts.Log.CallFailed(error, call.Id);
            await answer.FailAsync(Broken);
        }
    }

    private static void AllowOrigin(GateCall call)
    {
        if (BrowserOrigins.Of(call.Request) is not { } origin || !BrowserOrigins.IsAllowed(call, origin)) return;
        call.AllowedOrigin = origin;
        BrowserOrigins.Write(call.Answer, origin);
    }

    private async Task RunIdentifiedAsync(GateCall call, CallerAnswer answer)
    {
        var reservation = new Reservation(call, parts);
        call.Body.Room = new RoomHold(parts.BodyRoom, call.Caller.Job.Key);
        call.AnswerRoom = new RoomHold(parts.AnswerRoom, call.Caller.Job.Key);
        parts.InFlight.Enter(call);
        try
        {
            // What was revoked since step 2 is seen here; what is revoked from now on cuts the call.
            var refusal = parts.Identifier.StillStands(call.Caller) ?? _admission.CheckRoute(call);
            if (refusal is null && IsLocal(call.Route!))
            {
                await AnswerLocallyAsync(call, answer);
                return;
            }
            // 3 read once into Traffic; 4 rules, limits, pause. Rates count before the body is read, what the call may
            // use is reserved when it is known, and settled with its outcome.
            refusal ??= reservation.Enter() ?? await ReadBodyAsync(call);
            // 5 guard the prompt: what it changes takes room on record, so it comes before the reservation.
            refusal ??= await GuardAsync(call);
            if (refusal is null)
            {
                call.Attempt!.ApplyEdits();
                call.Hold = parts.Hold?.Invoke(call);
            }
            refusal ??= reservation.Reserve();
            call.GrowAnswer = reservation.GrowAnswer;
            if (refusal is null) await ExchangeAsync(call, answer, reservation);
            else await RefuseAsync(call, answer, refusal);
        }
        finally
        {
            parts.InFlight.Leave(call);
            reservation.Settle();
        }
    }

    private async Task<Refusal?> ReadBodyAsync(GateCall call)
    {
        call.EndAfter(BodyTimeout);
        try
        {
            return await _admission.CheckBodyAsync(call);
        }
        catch (OperationCanceledException) when (call.CutWhy is not null)
        {
            // Cut while its body came, or while its server was asked what it runs: nothing was forwarded.
            return call.CutWhy;
        }
        finally
        {
            call.EndAfter(AnswerTimeout);
        }
    }

    private async ValueTask<Refusal?> GuardAsync(GateCall call)
    {
        if (parts.Guard is not { } guard || !guard.Watches(call)) return null;
        call.Guard = guard.ForAnswer(call);
        try
        {
            var verdict = await guard.LookAsync(new PromptView(call, call.Inspection?.Texts ?? []), call.Ended);
            foreach (var edit in verdict.Edits ?? [])
                call.Attempt!.Edit(edit.Text.Replace(edit.Replacement), edit.Name);
            foreach (var insert in verdict.Inserts ?? [])
                call.Attempt!.Insert(insert.Change, insert.Name);
            call.Findings.AddRange(verdict.Findings ?? []);
            return verdict.Refusal;
        }
        catch (OperationCanceledException) when (call.CutWhy is { } why)
        {
            return why;
        }
    }

    private static bool IsLocal(Route route) => route.Kind is RouteKind.Probe or RouteKind.List or RouteKind.Show;

    /// <summary>Lists, probes and shows: from the plan and the catalogue, counted, not recorded.</summary>
    private async Task AnswerLocallyAsync(GateCall call, CallerAnswer answer)
    {
        parts.Metrics.CountLocal();
        var refusal = call.Route!.ModelInBody ? await ReadBodyAsync(call) : null;
        refusal ??= await parts.LocalAnswers.AnswerAsync(call);
        if (refusal is not null) await RefuseAsync(call, answer, refusal);
    }

    private async Task ExchangeAsync(GateCall call, CallerAnswer answer, Reservation reservation)
    {
        // 6 record the request: durable before the first byte goes upstream.
        try
        {
            if (await _recorder.RecordRequestAsync(call, reservation) is { } notRecorded)
            {
                await answer.RefuseAsync(notRecorded);
                return;
            }
        }
        catch (OperationCanceledException) when (call.CutWhy is not null && !call.RequestRecorded)
        {
            // Cut while the model was still asked who it is: nothing was forwarded, so this is a refusal.
            await RefuseAsync(call, answer, call.CutWhy!);
            return;
        }
        // 7 to 10.
        try
        {
            var exchange = new Exchange(call, answer, _recorder, parts);
            // What waits for a person waits here: on record, and without memory or a place.
            var failure = call.Hold is { } hold
                ? await new HeldCalls(parts, _recorder).PassAsync(call, hold, reservation) : null;
            if (failure is null) await exchange.RunAsync(reservation);
            else await exchange.EndWithoutAnswerAsync(reservation, failure);
        }
        catch (Exception) when (!call.OutcomeRecorded)
        {
            // A bug must not leave the exchange open until the next start: seal it now, then fail the call.
            await _recorder.RecordOutcomeAsync(call, CallOutcome.Failed(CallFailure.Interrupted(Broken)), reservation);
            throw;
        }
    }

    /// <summary>
    /// Refusals of a known job are outcomes on record; rate refusals, and those of a job that is refused all the time,
    /// are
    /// summed up by the minute.
    /// </summary>
    private async Task RefuseAsync(GateCall call, CallerAnswer answer, Refusal refusal)
    {
        _recorder.ShowRefusal(call, refusal);
        if (RefusalTable.For(refusal.Kind).Status == 429)
        {
            parts.Summaries.CountRateLimited(call.Caller.Job.Key);
        }
        else if (!parts.Limits.For(call.Caller.Job.Key)
            .TryCountRefusal(parts.Limits.Names(parts.ConfirmedTime(), call.Plan.TimeZone)))
        {
            parts.Summaries.CountRefused(call.Caller.Job.Key);
        }
        else if (await _recorder.RecordRefusalAsync(call, refusal) is { } notRecorded)
        {
            refusal = notRecorded;
        }
        call.Body.Free();
        await answer.RefuseAsync(refusal);
    }
}
