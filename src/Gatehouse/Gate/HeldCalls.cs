using System.Security.Cryptography;
using System.Text;
using Gatehouse.Core.Approvals;
using Gatehouse.Core.Ledger;
using Gatehouse.Core.Traffic;
using Gatehouse.Storage;

namespace Gatehouse.Gate;

/// <summary>Says that a call waits for a person.</summary>
/// <param name="What">What the call is, in a few words for that person: no text of it.</param>
/// <param name="Limit">How long it waits.</param>
internal sealed record HoldOrder(string What, TimeSpan Limit);

/// <summary>
/// The wait of a recorded call for a person. Meanwhile the call has neither memory for its body nor a place among its
/// job's calls: the body lies in the ledger, and comes back from there. The same bytes from the same job find the same
/// item, so a caller that went away, or whose gate was restarted, asks again and gets the verdict.
/// </summary>
internal sealed class HeldCalls(GateParts parts, CallRecorder recorder)
{
    /// <summary>For the sweep that ends the item itself: the call must not end before it.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromMinutes(1);

    /// <summary>Waits for the verdict. Null when the call goes on, with its body and its place as before.</summary>
    public async Task<CallFailure?> PassAsync(GateCall call, HoldOrder order, Reservation reservation)
    {
        var (key, length) = (KeyOf(call), checked((int)call.Attempt!.Forwarded.Length));
        try
        {
            while (true)
            {
                var held = await parts.Held.HoldAsync(key, order.What, call.Id, order.Limit);
                if (held.Refusal != LedgerRefusal.None) return Refused(recorder.Explain(call, held.Refusal));
                if (held.Item is not { } item) return Refused(TooMany(call));
                if (item.State == HeldState.Waiting && await WaitAsync(call, item, reservation) is { } decided)
                    item = decided;
                // Before the verdict is consumed: a call that finds no room now finds it when it is sent again.
                if (item.State == HeldState.Approved && await TakeBackAsync(call, length, reservation) is { } noRoom)
                    return Refused(noRoom);
                var consumed = await parts.Held.ConsumeAsync(item.Id, call.Id);
                if (consumed.Refusal != LedgerRefusal.None) return Refused(recorder.Explain(call, consumed.Refusal));
                if (consumed.Obstacle == HeldObstacle.NotDecided) return Refused(NotDecided(item));
                // Another call with the same bytes had the verdict, and it counts once: this one gets its own.
                if (consumed.IsDone) return FailureOf(consumed.Item!);
            }
        }
        catch (OperationCanceledException) when (call.CutWhy is { } why)
        {
            return CallFailure.Interrupted(why) with { ModelWorked = false };
        }
        catch (OperationCanceledException) when (call.ClientIsGone)
        {
            return CallFailure.ClientGone with { ModelWorked = false };
        }
        catch (OperationCanceledException)
        {
            return Refused(new Refusal(RefusalKind.HoldExpired, "Nobody decided about this call in time."));
        }
        finally
        {
            call.WaitsForPerson = false;
            call.EndAfter(GatePipeline.AnswerTimeout);
        }
    }

    private async Task<HeldItem?> WaitAsync(GateCall call, HeldItem item, Reservation reservation)
    {
        call.Attempt!.LetBodyGo();
        reservation.Settle();
        // A pause, a revoked token and a stop still cut it; the silence of a model is not what it waits for.
        call.EndAfter(item.Expires - item.Created + Slack);
        parts.InFlight.BeginWait(call);
        var decided = await parts.Held.WaitAsync(item.Id, parts.Time, call.Ended);
        call.WaitsForPerson = false;
        call.EndAfter(GatePipeline.AnswerTimeout);
        return decided;
    }

    /// <summary>The body and the place that were given up.</summary>
    private async Task<Refusal?> TakeBackAsync(GateCall call, int length, Reservation reservation)
    {
        if (!call.Body.IsFree) return null;
        if ((reservation.Enter() ?? reservation.Reserve()) is { } refusal) return refusal;
        var body = new PooledBytes();
        if (await call.Body.Room!.GrowToAsync(body.CapacityAfter(length), SharedRoom.WaitMax, call.Ended)
            != RoomGrant.Taken)
        {
            return new Refusal(RefusalKind.Overloaded,
                "The call was approved, and the gate has no memory for it now. Send it again.", SharedRoom.WaitMax);
        }
        if (parts.ReadForwarded(call.Id) is not { } stored)
        {
            return new Refusal(RefusalKind.LedgerUnavailable,
                "The call was approved, but the ledger no longer has its text. Send it again.");
        }
        body.Append(stored);
        call.Attempt!.TakeBodyBack(body);
        return null;
    }

    private static CallFailure? FailureOf(HeldItem item)
    {
        var decision = item.Decision!;
        var why = decision.Why.Length > 0 ? $": {decision.Why}" : "";
        return decision.Verdict switch
        {
            HeldState.Approved => null,
            HeldState.Expired => Refused(new Refusal(RefusalKind.HoldExpired,
                $"This call waited for a person as {item.Id}, and its time is over{why}. Send it again to ask again.")),
            _ => Refused(new Refusal(RefusalKind.HoldDenied,
                $"This call waited for a person as {item.Id}, and {decision.Who} said no{why}.")),
        };
    }

    private static Refusal NotDecided(HeldItem item) => new(RefusalKind.HoldExpired,
        $"This call waits for a person as {item.Id}, and nobody decided in time. Send it again to go on waiting.");

    private static Refusal TooMany(GateCall call) => new(RefusalKind.ConcurrencyLimit,
        $"Job '{call.Caller.Job.Key}' has {HeldBook.HeldOfJobMax} calls that wait for a person. Decide some of them.",
        TimeSpan.FromSeconds(RefusalTable.RetryAfterSecondsMax));

    private static CallFailure Refused(Refusal why)
        => new(ExchangeOutcome.Refused, RefusalTable.For(why.Kind).Reason, why) { ModelWorked = false };

    /// <summary>What a person approves is these bytes to this model at this endpoint.</summary>
    private static HeldKey KeyOf(GateCall call)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var part in (string[])[call.Path, call.Query, call.Model!.Key, call.Model.UpstreamName])
        {
            hash.AppendData(Encoding.UTF8.GetBytes(part));
            hash.AppendData([0]);
        }
        foreach (var piece in call.Attempt!.Forwarded) hash.AppendData(piece.Span);
        return new HeldKey(
            HeldKind.Exchange, call.Caller.Job.Key, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }
}
