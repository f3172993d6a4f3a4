using System.Buffers;
using System.Net;
using Gatehouse.Core.Estate;
using Gatehouse.Core.Ledger;
using Gatehouse.Core.Traffic;
using Gatehouse.Gate.Upstream;

namespace Gatehouse.Gate;

/// <summary>Steps 7 to 10 of a recorded call: forward, pass the answer back, and put its outcome on record.</summary>
internal sealed class Exchange(GateCall call, Answer answer, CallRecorder recorder, GateParts parts)
{
    /// <summary>
    /// How long a model may be silent inside a stream. Loading a large model from a slow disk takes minutes.
    /// </summary>
    private static readonly TimeSpan StreamIdleLimit = TimeSpan.FromSeconds(300);

    /// <summary>The largest answer that is not a stream; as much as a request may be by default.</summary>
    private const int AnswerBytesMax = 32 * 1024 * 1024;

    public async Task RunAsync(Reservation reservation)
    {
        HttpResponseMessage response;
        try
        {
            // 7 forward.
            using var request = UpstreamRequest.Create(call, await CredentialAsync());
            response = await parts.Upstream.SendAsync(call.Model!.Url, request, call.Ended);
        }
        catch (Exception error)
            when (error is OperationCanceledException or HttpRequestException or IOException or CredentialException)
        {
            await EndWithoutAnswerAsync(reservation, Explain(error));
            return;
        }
        using (response)
        {
            if (Unusable(response) is { } failure) await EndWithoutAnswerAsync(reservation, failure);
            else if (IsStream(response)) await StreamAsync(response, reservation);
            else await WholeAsync(response, reservation);
        }
    }

    private async Task WholeAsync(HttpResponseMessage response, Reservation reservation)
    {
        using var body = new PooledBytes();
        if (await TryReadWholeAsync(response, body) is { } failure)
        {
            await EndWithoutAnswerAsync(reservation, failure);
            return;
        }
        // 9 record the outcome; 10 release: not even the status is out before that.
        var facts = AnswerReader.Read(body.Span, call.Route!);
        var outcome = CallOutcome.Whole((int)response.StatusCode, facts, body.Memory);
        if (await recorder.RecordOutcomeAsync(call, outcome, reservation) is { } notRecorded)
        {
            await answer.RefuseAsync(notRecorded);
            return;
        }
        answer.CopyHeaders(response);
        await answer.WholeAsync((int)response.StatusCode, body.Memory);
    }

    private async Task<CallFailure?> TryReadWholeAsync(HttpResponseMessage response, PooledBytes body)
    {
        try
        {
            if (!await ReadWholeAsync(response, body))
            {
                return CallFailure.Upstream(
                    RefusalKind.UpstreamAnswerUnreadable, $"The model's answer is larger than {AnswerBytesMax} bytes.");
            }
        }
        catch (OperationCanceledException error)
        {
            return Explain(error);
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            return CallFailure.Upstream(RefusalKind.UpstreamTruncated, "The model's answer ended before it was whole.");
        }
        return call.HoldsCredential(body.Span) ? LeakedCredential() : null;
    }

    private async Task StreamAsync(HttpResponseMessage response, Reservation reservation)
    {
        var (route, status) = (call.Route!, (int)response.StatusCode);
        answer.CopyHeaders(response);
        call.Http.Response.StatusCode = status;
        // Proxies in front of the gate buffer streams unless told (nginx ngx_http_proxy_module).
        call.Http.Response.Headers["X-Accel-Buffering"] = "no";
        call.Http.Response.Headers.CacheControl = "no-cache";
        var machine = StreamMachine.For(route);
        using var relay = new StreamRelay(call, machine, EventReader.For(route), parts.HoldAnswerAsync);
        var failure = await RelayAsync(response, relay);
        if (failure is null) relay.CountWithheld();
        // What failed is not complete, so breaking it off waits for no ledger: a pause acts even when that hangs.
        var breaking = failure?.Refusal is { } why ? BreakAsync(why, machine) : Task.CompletedTask;
        Refusal? notRecorded;
        try
        {
            // 9 record the outcome, and with it exactly what the caller has and will have.
            notRecorded = await recorder.RecordOutcomeAsync(
                call, CallOutcome.Stream(status, relay, machine, failure), reservation);
        }
        finally
        {
            await breaking;
        }
        // 10 release the end, or break visibly.
        if (failure is not null || call.ClientIsGone) return;
        if (notRecorded is null) await relay.ReleaseAsync(call.Http.RequestAborted);
        else await BreakAsync(notRecorded, machine);
    }

    private async Task BreakAsync(Refusal why, StreamMachine machine)
    {
        if (call.ClientIsGone) return;
        var errorEvent = new ArrayBufferWriter<byte>();
        InBandError.Write(why, call.Route!, call.Id, machine.NextSequenceNumber, errorEvent);
        await answer.BreakAsync(errorEvent.WrittenMemory);
    }

    private async Task<CallFailure?> RelayAsync(HttpResponseMessage response, StreamRelay relay)
    {
        try
        {
            await call.Http.Response.StartAsync(call.Ended);
            var source = await response.Content.ReadAsStreamAsync(call.Ended);
            return await relay.RunAsync(source, StreamIdleLimit) switch
            {
                StreamEnd.Complete or StreamEnd.UpstreamError => null,
                StreamEnd.TooLarge => CallFailure.Upstream(
                    RefusalKind.UpstreamAnswerUnreadable, "The model's answer is larger than the gate passes on."),
                StreamEnd.Malformed => CallFailure.Upstream(
                    RefusalKind.UpstreamAnswerUnreadable, "The model sent something that is not part of its protocol."),
                StreamEnd.LeakedCredential => LeakedCredential(),
                StreamEnd.NoRoom => CallFailure.Interrupted(NoRoom),
                _ => CallFailure.Upstream(
                    RefusalKind.UpstreamTruncated, "The model's answer ended before it was whole."),
            };
        }
        catch (OperationCanceledException error)
        {
            return Explain(error);
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            return CallFailure.Upstream(
                RefusalKind.UpstreamTruncated, "The connection to the model broke before its answer was whole.");
        }
    }

    /// <summary>Puts the failed call on record, then says so to the caller; nothing of an answer was sent.</summary>
    private async Task EndWithoutAnswerAsync(Reservation reservation, CallFailure failure)
    {
        var notRecorded = await recorder.RecordOutcomeAsync(call, CallOutcome.Failed(failure), reservation);
        if (!call.ClientIsGone && (notRecorded ?? failure.Refusal) is { } refusal) await answer.RefuseAsync(refusal);
    }

    private bool IsStream(HttpResponseMessage response)
        => (call.Route!.Framing, response.Content.Headers.ContentType?.MediaType) switch
        {
            (StreamFraming.Sse, "text/event-stream") => true,
            (StreamFraming.Ndjson, "application/x-ndjson") => true,
            _ => false,
        };

    private async ValueTask<string?> CredentialAsync()
        => call.Model!.Credential is { } reference
            ? call.CredentialUsed = await parts.Credential(reference, call.Ended)
            : null;

    private async Task<bool> ReadWholeAsync(HttpResponseMessage response, PooledBytes body)
    {
        var source = await response.Content.ReadAsStreamAsync(call.Ended);
        var expected = (int)Math.Min(response.Content.Headers.ContentLength ?? 4096, AnswerBytesMax);
        while (true)
        {
            var read = await source.ReadAsync(body.GetMemory(Math.Max(expected - body.Length, 1)), call.Ended);
            if (read == 0) return true;
            call.EndAfter(GatePipeline.AnswerTimeout);
            body.Advance(read);
            if (!await parts.HoldAnswerAsync(call, body.Length)) return false;
            if (body.Length > AnswerBytesMax) return false;
        }
    }

    /// <summary>
    /// What no caller may see: the upstream's opinion of our credential, a redirect, an unreadable encoding.
    /// </summary>
    private CallFailure? Unusable(HttpResponseMessage response)
    {
        var (status, model) = ((int)response.StatusCode, call.Model!.Key);
        if (response.StatusCode
            is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.ProxyAuthenticationRequired)
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
        return response.Content.Headers.ContentEncoding.Any(
            encoding => !encoding.Equals("identity", StringComparison.OrdinalIgnoreCase))
            ? CallFailure.Upstream(RefusalKind.UpstreamAnswerUnreadable,
            "The model's answer is compressed although the gate asked for plain text.")
            : null;
    }

    private static readonly Refusal NoRoom = new(RefusalKind.Overloaded,
        "The gate holds as many answers as its memory budget allows. Try again.", TimeSpan.FromSeconds(2));

    private static CallFailure LeakedCredential() => CallFailure.Upstream(RefusalKind.UpstreamCredential,
        "The model's answer held the gate's own credential for it, so it is withheld.") with
    { HidesAnswer = true };

    private CallFailure Explain(Exception error) => error switch
    {
        CredentialException => new CallFailure(ExchangeOutcome.Refused, "credential_unavailable",
            new Refusal(RefusalKind.CredentialUnavailable, error.Message)),
        OperationCanceledException when call.CutWhy is { } why => CallFailure.Interrupted(why),
        OperationCanceledException when call.ClientIsGone => CallFailure.ClientGone,
        OperationCanceledException => CallFailure.Upstream(
            RefusalKind.UpstreamTimeout, $"The model '{call.Model!.Key}' did not answer in time."),
        _ => CallFailure.Upstream(RefusalKind.UpstreamUnreachable,
            $"The model '{call.Model!.Key}' cannot be reached at {call.Model.Url.Authority}."),
    };
}
