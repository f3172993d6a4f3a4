using Gatehouse.Core.Estate;
using Gatehouse.Core.Ledger;
using Gatehouse.Gate;
using Gatehouse.Gate.Identity;
using Gatehouse.Gate.Limits;
using Gatehouse.Storage;

namespace Gatehouse.Actions;

/// <summary>What acts work on: the running server's parts, or those of a home that no server holds.</summary>
internal sealed record ActionContext
{
    public required HomeDirectory Home { get; init; }

    public required Func<EstatePlan> Plan { get; init; }

    public required SqliteLedger Ledger { get; init; }

    public required TokenBook Tokens { get; init; }

    public required PauseBook Pauses { get; init; }

    public required TimeProvider Time { get; init; }

    /// <summary>The calls in the gate; null when no server runs.</summary>
    public InFlight? InFlight { get; init; }

    /// <summary>What the gate was told of the adoption; null when no server runs.</summary>
    public AdoptionNotice? Adoption { get; init; }

    /// <summary>What jobs use; null when no server runs.</summary>
    public LimitBook? Limits { get; init; }

    /// <summary>Reloads the estate file; null when no server runs.</summary>
    public Func<Actor, Task<ReloadResult>>? Reload { get; init; }

    /// <summary>Reads how the server is; null when no server runs.</summary>
    public Func<CancellationToken, ValueTask<ServerStatus>>? Status { get; init; }

    /// <summary>Where the gate is bound, with the port that the system chose; null when no server runs.</summary>
    public Func<string>? Bound { get; init; }

    /// <summary>The gate's address: as bound, or, when no server runs, as the estate says.</summary>
    public string GateAddress => Bound?.Invoke() ?? Plan().Gate.ToString();

    /// <summary>Puts an act on record, with what changes with it.</summary>
    /// <exception cref="ActionException">It is not on record, so it is not done.</exception>
    public async Task RecordAsync(
        Actor actor, string act, Dictionary<string, string> details, StateChange? change = null)
    {
        // What a job's own user does is the job's: it counts against the same bytes of the day as its calls.
        var meter = actor.IsJobUser ? Limits?.For(details["job"]) : null;
        if (meter is not null)
        {
            var booked = GateState.Book(details["job"], Names(), default);
            change = change is null ? booked : new StateChange.Both(change, booked);
        }
        var result = await Ledger.AppendAsync(
            new LedgerDraft
            {
                Entry = new ActEntry
                {
                    Id = Ledger.NewId(EntryId.Act),
                    Act = act,
                    Uid = actor.Uid,
                    Who = actor.Name,
                    Details = details,
                },
                StateChange = change,
            },
            CancellationToken.None);
        if (!result.IsDurable)
        {
            throw new ActionException($"Not done: the ledger cannot record it ({result.Refusal}).",
                ExitCodes.Unavailable);
        }
        meter?.Settle(default, new UsagePeriod(0, result.StoredBytes, 0), Names());
    }

    /// <summary>Lets a job's own user begin an act. What is returned ends it, and has to be called once.</summary>
    /// <exception cref="ActionException">A limit stands in its way.</exception>
    public Action? BeginActOf(JobPlan job)
    {
        if (Limits?.For(job.Key) is not { } meter) return null;
        if (meter.TryBeginAct(job.Limits, Names()) is { } refusal)
            throw new ActionException(refusal.Message, ExitCodes.Unavailable);
        return meter.EndAct;
    }

    private PeriodNames Names() => Limits!.Names(Ledger.Clock.Confirmed, Plan().TimeZone);

    /// <summary>
    /// As <see cref="RecordAsync"/> for what is in force already: if it is not on record, the error says so.
    /// </summary>
    /// <exception cref="ActionException">It is in force, and not on record.</exception>
    public async Task RecordAfterAsync(Actor actor, string act, Dictionary<string, string> details, StateChange change)
    {
        try
        {
            await RecordAsync(actor, act, details, change);
        }
        catch (ActionException)
        {
            throw new ActionException(
                "It is in force now, but the ledger cannot record it, so a restart of the gate forgets it. "
                    + "Repair the ledger, then do it again.",
                ExitCodes.Unavailable);
        }
    }

    /// <summary>The job, or an error that names the nearest one.</summary>
    public JobPlan JobOf(string name)
        => Plan().Jobs.TryGetValue(name, out var job)
            ? job
            : throw new ActionException(
                $"There is no job '{name}' in the estate. Jobs: "
                    + $"{string.Join(", ", Plan().Jobs.Keys.Order(StringComparer.Ordinal))}.");
}
