using System.Buffers;
using System.Net;
using Gatehouse.Core.Estate;
using Gatehouse.Core.Ledger;
using Gatehouse.Core.Traffic;
using Gatehouse.Gate.Guarding;
using Gatehouse.Gate.Upstream;
using Gatehouse.Storage;

namespace Gatehouse.Gate;

/// <summary>Steps 7 to 10 of a recorded call: forward, pass the answer back, and put its outcome on record.</summary>
internal sealed class Exchange(GateCall call, CallerAnswer answer, CallRecorder recorder, GateParts parts)
{
    /// <summary>The largest answer that is not a stream; as much as a request may be by default.</summary>
    private const int AnswerBytesMax = 32 * 1024 * 1024;

    /// <summary>What is read of an answer at a time.</summary>
    private const int StepBytes = 16 * 1024;

    /// <summary>
    /// A pull takes as long as the line to the registry does, and its check of a large file says nothing for minutes.
    /// </summary>
    private static readonly TimeSpan ManagementLimit = TimeSpan.FromHours(24);

    private ModelTimeouts _limits = null!;
    private bool _hasBegun;
    private TimeSpan _silence;

    /// <summary>What the answer's decoder may hold.</summary>
    private int _window;

    public async Task RunAsync(Reservation reservation)
    {
        _limits = call.Route!.Kind == RouteKind.Manage
            ? call.Model!.Timeouts with { FirstByte = ManagementLimit, Silence = ManagementLimit }
            : call.Model!.Timeouts;
        UpstreamAnswer answered;
        try
        {
            // 7 forward.
            using var request = UpstreamRequest.Create(call, await CredentialAsync());
            call.EndAfter(_limits.FirstByte);
            var response = await parts.Upstream.SendAsync(call.Model!, request, call.Ended);
            if (Unusable(response) is { } failure)
            {
                response.Dispose();
                await EndWithoutAnswerAsync(reservation, failure);
                return;
            }
            var (coding, body) = (CodingOf(response), await response.Content.ReadAsStreamAsync(call.Ended));
            _window = coding is null ? 0 : ContentCodings.WindowOf(coding)!.Value;
            answered = new UpstreamAnswer(
                response, coding is null ? body : ContentCodings.Open(coding, body)!, _limits)
            { Coding = coding };
        }
        catch (Exception error)
            when (error is OperationCanceledException or HttpRequestException or IOException or CredentialException)
        {
            await EndWithoutAnswerAsync(reservation, Explain(error));
            return;
        }
        using (answered)
        {
            if (IsDeclaredStream(answered.Response)) await StreamAsync(answered, reservation);
            else await WholeAsync(answered, reservation);
        }
    }

    private async Task WholeAsync(UpstreamAnswer answered, Reservation reservation)
    {
        if (await TryReadAsync(answered) is { } failure)
        {
            await EndWithoutAnswerAsync(reservation, failure);
            return;
        }
        if (answered.IsStream)
        {
            await StreamAsync(answered, reservation);
            return;
        }
        // 9 record the outcome; 10 release: not even the status is out before that.
        var facts = AnswerReader.Read(answered.First.Span, call.Route!);
        using var changed = new PooledBytes();
        if (await GuardAsync(answered, changed) is { } stopped)
        {
            await EndStoppedAsync(answered, facts, reservation, stopped);
            return;
        }
        var body = changed.Length > 0 ? changed.Memory : answered.First.Memory;
        var outcome = CallOutcome.Whole(answered, facts, body);
        if (await recorder.RecordOutcomeAsync(call, outcome, reservation) is { } notRecorded)
        {
            await answer.RefuseAsync(notRecorded);
            return;
        }
        await ReleaseAsync(outcome, null, () =>
        {
            answer.CopyHeaders(answered.Response);
            return answer.WholeAsync(answered.Status, body);
        });
    }

    /// <summary>Has the guard look at a whole answer, and writes it anew where that changes it.</summary>
    private async ValueTask<CallFailure?> GuardAsync(UpstreamAnswer answered, PooledBytes changed)
    {
        if (GuardedAnswer.For(call) is not { } guarded || answered.First.Length == 0) return null;
        try
        {
            if (await guarded.TakeWholeAsync(answered.First.Memory, call.Ended) is not { } edits)
                return CallFailure.Interrupted(guarded.Stopped!);
            if (edits.Count == 0) return null;
            var body = Splicer.Apply(answered.First.Memory, [.. edits]);
            if (await HoldAsync(answered.First.Capacity + body.Length) is { } noRoom) return WithoutRoom(noRoom);
            foreach (var piece in body) changed.Append(piece.Span);
            return null;
        }
        catch (OperationCanceledException error)
        {
            return Explain(error);
        }
    }

    /// <summary>The guard ended a whole answer: what the model sent is on record, and nothing of it goes out.</summary>
    private async Task EndStoppedAsync(
        UpstreamAnswer answered, AnswerFacts facts, Reservation reservation, CallFailure why)
    {
        // A client that gets a valid answer goes on; one that gets an error asks again.
        byte[] valid = why.Refusal is { } found && IsGuards(found) && answered.Status < 400
            ? BlockedAnswer.Whole(call.Route!, answered.First.Span, found.Message) : [];
        var outcome = CallOutcome.Whole(answered, facts, valid) with
        {
            Outcome = why.Outcome,
            Reason = why.Reason,
            Status = valid.Length > 0 ? answered.Status
                : why.Refusal is { } refusal ? RefusalTable.For(refusal.Kind).Status : 0,
        };
        var notRecorded = await recorder.RecordOutcomeAsync(call, outcome, reservation);
        if (valid.Length > 0 && notRecorded is null)
        {
            await ReleaseAsync(outcome, null, () =>
            {
                answer.CopyHeaders(answered.Response);
                call.Answer.Set("X-Gatehouse-Reason", why.Reason);
                return answer.WholeAsync(answered.Status, valid);
            });
            return;
        }
        if (!call.ClientIsGone && (notRecorded ?? why.Refusal) is { } told) await answer.RefuseAsync(told);
    }

    /// <summary>Whether a guard ended the answer for what it says, and its client has a valid form for that.</summary>
    private bool IsGuards(Refusal why)
        => why.Kind is RefusalKind.GuardBlocked or RefusalKind.GuardHeld && BlockedAnswer.Has(call.Route!);

    private async Task<CallFailure?> TryReadAsync(UpstreamAnswer answered)
    {
        try
        {
            if (await ReadAsync(answered) is { } refused) return refused;
        }
        catch (OperationCanceledException error)
        {
            return Explain(error);
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            return CallFailure.Upstream(RefusalKind.UpstreamTruncated, "The model's answer ended before it was whole.")
                with
            { Cause = UpstreamCause.Of(error, call.Model!).Word };
        }
        catch (Exception error) when (answered.IsDecoded && ContentCodings.IsFault(error))
        {
            return WronglyCoded(answered);
        }
        // What is passed on in pieces is looked at as it passes.
        if (answered.IsStream) return null;
        if (IsCut(answered))
        {
            return CallFailure.Upstream(
                RefusalKind.UpstreamTruncated, "The model's answer ended before it was whole.");
        }
        return CredentialWatch.For(call.SecretUsed)?.IsIn(answered.First.Span) == true ? LeakedCredential() : null;
    }

    /// <summary>
    /// Where the connection's end is the answer's, or a decoder does not say that its input was cut, JSON itself does.
    /// </summary>
    private static bool IsCut(UpstreamAnswer answered)
    {
        var headers = answered.Response.Content.Headers;
        return (answered.IsDecoded
                || (headers.ContentLength is null && answered.Response.Headers.TransferEncodingChunked != true))
            && answered.First.Length > 0
            && headers.ContentType?.MediaType is { } type && type.EndsWith("json", StringComparison.OrdinalIgnoreCase)
            && !AnswerReader.IsJson(answered.First.Span);
    }

    private async Task StreamAsync(UpstreamAnswer answered, Reservation reservation)
    {
        var route = call.Route!;
        answer.CopyHeaders(answered.Response);
        call.Answer.Status = answered.Status;
        // Proxies in front of the gate buffer streams unless told (nginx ngx_http_proxy_module).
        call.Answer.Set("X-Accel-Buffering", "no");
        call.Answer.Set("Cache-Control", "no-cache");
        var machine = StreamMachine.For(route);
        using var relay = new StreamRelay(call, machine, HoldAsync);
        var failure = await RelayAsync(answered, relay);
        var blocked = failure?.Refusal is { } found && IsGuards(found) && !call.ClientIsGone ? failure : null;
        if (blocked is not null)
        {
            relay.EndBlocked();
            failure = null;
        }
        if (failure is null) relay.CountWithheld();
        // What failed is not complete, so breaking it off waits for no ledger: a pause acts even when that hangs.
        var breaking = failure?.Refusal is { } why ? BreakAsync(why, machine) : Task.CompletedTask;
        var outcome = CallOutcome.Stream(answered, relay, machine, failure);
        if (blocked is not null) outcome = outcome with { Outcome = blocked.Outcome, Reason = blocked.Reason };
        Refusal? notRecorded;
        try
        {
            // 9 record the outcome, and with it exactly what the caller has and will have.
            notRecorded = await recorder.RecordOutcomeAsync(call, outcome, reservation);
        }
        finally
        {
            await breaking;
        }
        // 10 release the end, or break visibly.
        if (failure is not null) return;
        if (notRecorded is not null) await BreakAsync(notRecorded, machine);
        else await ReleaseAsync(outcome, relay, () => relay.ReleaseAsync(call.Request.Gone).AsTask());
    }

    /// <summary>
    /// Step 10. What is on record as delivered goes out; where it does not, the record is corrected, whatever failed.
    /// </summary>
    private async Task ReleaseAsync(CallOutcome outcome, StreamRelay? relay, Func<Task> release)
    {
        var isOut = false;
        try
        {
            if (call.ClientIsGone) return;
            await release();
            isOut = true;
        }
        finally
        {
            if (!isOut)
            {
                relay?.TakeBackWithheld();
                var failure = call.ClientIsGone ? CallFailure.ClientGone : CallFailure.Interrupted(GatePipeline.Broken);
                var status = call.Answer.HasStarted ? outcome.Status : call.ClientIsGone ? 0 : 500;
                await recorder.CorrectOutcomeAsync(call, outcome.Unreleased(failure, status, relay));
            }
        }
    }

    private async Task BreakAsync(Refusal why, StreamMachine machine)
    {
        if (call.ClientIsGone) return;
        var errorEvent = new ArrayBufferWriter<byte>();
        InBandError.Write(why, call.Route!, call.Id, machine.NextSequenceNumber, errorEvent);
        await answer.BreakAsync(errorEvent.WrittenMemory);
    }

    private async Task<CallFailure?> RelayAsync(UpstreamAnswer answered, StreamRelay relay)
    {
        try
        {
            await call.Answer.StartAsync(call.Ended);
            return await relay.RunAsync(answered) switch
            {
                StreamEnd.Complete or StreamEnd.UpstreamError => null,
                StreamEnd.TooLarge => CallFailure.Upstream(
                    RefusalKind.UpstreamAnswerUnreadable, "The model's answer is larger than the gate passes on."),
                StreamEnd.Malformed => CallFailure.Upstream(
                    RefusalKind.UpstreamAnswerUnreadable, "The model sent something that is not part of its protocol."),
                StreamEnd.LeakedCredential => LeakedCredential(),
                StreamEnd.NoRoom => WithoutRoom(relay.NoRoom!),
                StreamEnd.Stopped => CallFailure.Interrupted(relay.Stopped!),
                _ => CallFailure.Upstream(
                    RefusalKind.UpstreamTruncated, "The model's answer ended before it was whole."),
            };
        }
        catch (OperationCanceledException error)
        {
            (_hasBegun, _silence) = (relay.HasBegun, _limits.Silence);
            return Explain(error);
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            return CallFailure.Upstream(
                RefusalKind.UpstreamTruncated, "The connection to the model broke before its answer was whole.")
                with
            { Cause = UpstreamCause.Of(error, call.Model!).Word };
        }
        catch (Exception error) when (answered.IsDecoded && ContentCodings.IsFault(error))
        {
            return WronglyCoded(answered);
        }
    }

    /// <summary>Puts the failed call on record, then says so to the caller; nothing of an answer was sent.</summary>
    public async Task EndWithoutAnswerAsync(Reservation reservation, CallFailure failure)
    {
        if (failure is { Outcome: ExchangeOutcome.UpstreamTruncated, Refusal: { } why })
            parts.Log.UpstreamFailed(call.Id, call.Model!.Key, why.Message);
        var notRecorded = await recorder.RecordOutcomeAsync(call, CallOutcome.Failed(failure), reservation);
        if (!call.ClientIsGone && (notRecorded ?? failure.Refusal) is { } refusal) await answer.RefuseAsync(refusal);
    }

    /// <summary>An error is passed on as it is, whatever it calls itself.</summary>
    private bool IsDeclaredStream(HttpResponseMessage response)
        => (int)response.StatusCode < 400 && call.Route!.Framing != StreamFraming.None
            && response.Content.Headers.NonValidated.TryGetValues("Content-Type", out var types)
            && types.ToString().Split(';')[0].Trim().ToLowerInvariant()
                is "text/event-stream" or "application/x-ndjson" or "application/ndjson" or "application/jsonl"
                or "application/x-jsonlines";

    /// <summary>Whether an answer that is not declared as a stream may be one: servers mislabel them.</summary>
    private bool MayBeStream(UpstreamAnswer answered)
        => answered.Status < 400 && call.Route!.Framing != StreamFraming.None
            && (call.Inspection?.Stream ?? call.Route.Kind == RouteKind.Manage);

    private async ValueTask<string?> CredentialAsync()
        => !call.Caller.Job.PassCredential && call.Model!.Credential is { } reference
            ? call.Attempt!.CredentialUsed = await parts.Credential(reference, call.Ended)
            : null;

    /// <summary>Reads to the end, or to where the bytes say that this is a stream.</summary>
    private async Task<CallFailure?> ReadAsync(UpstreamAnswer answered)
    {
        var (body, mayBeStream) = (answered.First, MayBeStream(answered));
        var announced = answered.Response.Content.Headers.ContentLength ?? 4096;
        while (true)
        {
            // What is announced is not what comes: memory is taken, and counted, step by step.
            var step = (int)Math.Clamp(announced - body.Length, 1, StepBytes);
            if (await HoldAsync(body.CapacityAfter(step)) is { } noRoom) return WithoutRoom(noRoom);
            var read = await answered.Body.ReadAsync(body.GetMemory(step), call.Ended);
            if (read == 0) return null;
            _hasBegun = true;
            call.EndAfter(_silence = _limits.Whole);
            body.Advance(read);
            call.HoldOnRecord(body.Length);
            if (body.Length > AnswerBytesMax)
            {
                return CallFailure.Upstream(
                    RefusalKind.UpstreamAnswerUnreadable, $"The model's answer is larger than {AnswerBytesMax} bytes.");
            }
            if (!mayBeStream || EventReader.Recognise(body.Span, call.Route!) is not { } framing) continue;
            answered.IsStream = framing != StreamFraming.None;
            if (answered.IsStream) return null;
            mayBeStream = false;
        }
    }

    /// <summary>An answer that never fits is the upstream's fault, one that finds no room now is the gate's.</summary>
    private static CallFailure WithoutRoom(Refusal why) => why.Kind == RefusalKind.UpstreamAnswerUnreadable
        ? CallFailure.Upstream(why.Kind, why.Message) : CallFailure.Interrupted(why);

    /// <summary>
    /// What no caller may see: the upstream's opinion of our credential, a redirect, an unreadable coding. Where the
    /// gate has no credential for the model, a refusal is the caller's own matter and passes.
    /// </summary>
    private CallFailure? Unusable(HttpResponseMessage response)
    {
        var (status, model) = ((int)response.StatusCode, call.Model!.Key);
        if (response.StatusCode == HttpStatusCode.ProxyAuthenticationRequired
            || (call.Attempt!.CredentialUsed is not null
                && response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden))
        {
            return CallFailure.Upstream(RefusalKind.UpstreamCredential,
                $"The model '{model}' refused the gate's credential (HTTP {status}). Check its credential: "
                    + "in the estate file.");
        }
        if (status is >= 300 and < 400)
        {
            return CallFailure.Upstream(RefusalKind.UpstreamAnswerUnreadable,
                $"The model '{model}' answered with a redirect (HTTP {status}), which the gate does not follow. "
                    + "Check its url: in the estate file.");
        }
        if (status < 200)
        {
            return CallFailure.Upstream(
                RefusalKind.UpstreamAnswerUnreadable, $"The model '{model}' answered with HTTP {status}.");
        }
        return CodingOf(response) is { } coding && ContentCodings.WindowOf(coding) is null
            ? CallFailure.Upstream(RefusalKind.UpstreamAnswerUnreadable,
                $"The answer of the model '{model}' has a content coding that the gate does not know. It was asked for "
                    + $"plain text, and {ContentCodings.Known} are understood.")
            : null;
    }

    /// <summary>The content coding of an answer, or null when it is plain.</summary>
    private static string? CodingOf(HttpResponseMessage response)
    {
        var codings = string.Join(',', response.Content.Headers.ContentEncoding).Trim().ToLowerInvariant();
        return codings is "" or "identity" or "utf-8" or "utf8" ? null : codings;
    }

    private CallFailure WronglyCoded(UpstreamAnswer answered) => CallFailure.Upstream(
        RefusalKind.UpstreamAnswerUnreadable,
        $"The answer of the model '{call.Model!.Key}' is not the {answered.Coding} that it says it is.");

    /// <summary>
    /// Takes memory for an answer that grows to this size. While it waits nothing is read, so the model waits too.
    /// </summary>
    private async ValueTask<Refusal?> HoldAsync(long bytes)
        => await call.AnswerRoom!.GrowToAsync(_window + bytes, parts.AnswerWait, call.Ended) switch
        {
            RoomGrant.Taken => null,
            RoomGrant.NeverFits => new Refusal(RefusalKind.UpstreamAnswerUnreadable,
                $"The model's answer is larger than the gate has memory for here ({AnswerShare} for one job)."),
            RoomGrant.ShareSpent => new Refusal(RefusalKind.Overloaded,
                $"Answers to job '{call.Caller.Job.Key}' that it has not taken yet hold as much of the gate's memory "
                    + $"for answers as one job may ({AnswerShare}), and did for "
                    + $"{parts.AnswerWait.TotalSeconds:0.#} s. Read answers faster, or ask for fewer at a time.",
                SharedRoom.WaitMax),
            _ => new Refusal(RefusalKind.Overloaded,
                $"The gate's memory for answers ({call.AnswerRoom!.Limits.All >> 20} MiB) had no room for this one "
                    + $"within {parts.AnswerWait.TotalSeconds:0.#} s. Try again.", SharedRoom.WaitMax),
        };

    private string AnswerShare
    {
        get
        {
            var (share, all) = call.AnswerRoom!.Limits;
            return $"{share >> 20} MiB of {all >> 20} MiB";
        }
    }

    private static CallFailure LeakedCredential() => CallFailure.Upstream(RefusalKind.UpstreamCredential,
        "The model's answer held the gate's own credential for it, so it is withheld.") with
    { HidesAnswer = true };

    private CallFailure Explain(Exception error) => error switch
    {
        CredentialException => new CallFailure(ExchangeOutcome.Refused, "credential_unavailable",
            new Refusal(RefusalKind.CredentialUnavailable, error.Message)),
        OperationCanceledException when call.CutWhy is { } why => CallFailure.Interrupted(why),
        OperationCanceledException when call.ClientIsGone => CallFailure.ClientGone,
        // The handler's own limit for a connection ends nothing of the call.
        OperationCanceledException when !call.Ended.IsCancellationRequested => Unreachable(
            "connect-timeout", $"took no connection within {_limits.Connect.TotalSeconds:0} s (timeouts: connect)"),
        OperationCanceledException when _hasBegun => CallFailure.Upstream(RefusalKind.UpstreamTimeout,
            $"The model '{call.Model!.Key}' sent nothing more for {_silence.TotalSeconds:0} s. A slower one "
                + "needs more than that as silence in timeouts: of its entry."),
        OperationCanceledException => CallFailure.Upstream(RefusalKind.UpstreamTimeout,
            $"The model '{call.Model!.Key}' did not begin to answer within {_limits.FirstByte.TotalSeconds:0} s. "
                + "A slower one needs a longer first-byte in timeouts: of its entry."),
        _ => Explain(UpstreamCause.Of(error, call.Model!)),
    };

    private CallFailure Explain(UpstreamCause cause) => cause.IsUnreadable
        ? CallFailure.Upstream(RefusalKind.UpstreamAnswerUnreadable, $"The model '{call.Model!.Key}' {cause.Text}.")
            with
        { Cause = cause.Word }
        : Unreachable(cause.Word, cause.Text);

    private CallFailure Unreachable(string cause, string text) => CallFailure.Upstream(RefusalKind.UpstreamUnreachable,
        $"The model '{call.Model!.Key}' at {call.Model.Url.Authority} {text}.") with
    { Cause = cause };
}
