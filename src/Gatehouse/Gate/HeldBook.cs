using System.Globalization;
using Gatehouse.Core.Approvals;
using Gatehouse.Core.Ledger;
using Gatehouse.Storage;

namespace Gatehouse.Gate;

/// <summary>What a hold is about: the same job asking for the same thing again finds the same item.</summary>
/// <param name="Kind">What kind of work it is.</param>
/// <param name="Job">The job that asks.</param>
/// <param name="Digest">SHA-256, in hexadecimal, of exactly what would be done.</param>
internal readonly record struct HeldKey(HeldKind Kind, string Job, string Digest);

/// <summary>What became of a change to a held item.</summary>
/// <param name="Item">The item as it is now; null if there is none.</param>
/// <param name="Obstacle">Why the item itself does not allow the change; null if it does.</param>
/// <param name="Refusal">Why the ledger did not record it; nothing has changed then.</param>
internal readonly record struct HeldResult(HeldItem? Item, HeldObstacle? Obstacle, LedgerRefusal Refusal)
{
    /// <summary>True if the change is on record and in force.</summary>
    public bool IsDone => Item is not null && Obstacle is null && Refusal == LedgerRefusal.None;
}

/// <summary>
/// What waits for a person, and the callers that wait for the verdict. Each change is durable, with the act that says
/// so, before it is in force (<see cref="StateTables"/> writes the row); changes come one after the other. A waiter
/// holds nothing but its place here.
/// </summary>
/// <param name="append">Writes to the ledger.</param>
/// <param name="load">Reads the items that are stored.</param>
/// <param name="newId">Makes ids.</param>
/// <param name="now">The ledger's time, by which items expire.</param>
internal sealed class HeldBook(
    Func<LedgerDraft, CancellationToken, ValueTask<AppendResult>> append,
    Func<CancellationToken, ValueTask<IReadOnlyList<HeldItem>>> load, Func<string, string> newId,
    Func<DateTimeOffset> now) : IDisposable
{
    /// <summary>
    /// More than a person can decide in a day; bounds memory and the table against a job that asks without end.
    /// </summary>
    public const int HeldOfJobMax = 64;

    /// <summary>Prefix of an item's id.</summary>
    public const string IdPrefix = "hold";

    /// <summary>How often the time of items is looked at.</summary>
    public static readonly TimeSpan SweepEvery = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _changing = new(1, 1);
    private readonly Dictionary<string, Place> _places = new(StringComparer.Ordinal);

    /// <summary>The items whose verdict has not reached the requester, oldest first.</summary>
    public IReadOnlyList<HeldItem> All
    {
        get
        {
            lock (_lock)
                return [.. _places.Values.Select(place => place.Item).OrderBy(item => item.Created)];
        }
    }

    /// <summary>
    /// Takes over what is stored: at the start, and when a write that was reported as failed had been stored.
    /// </summary>
    public async Task LoadAsync(CancellationToken stop)
    {
        var stored = (await load(stop)).ToDictionary(item => item.Id);
        lock (_lock)
        {
            foreach (var place in _places.Values.Where(place => !stored.ContainsKey(place.Item.Id)).ToList())
            {
                _places.Remove(place.Item.Id);
                place.Decided.TrySetResult(place.Item);
            }
            foreach (var item in stored.Values)
            {
                if (!_places.TryGetValue(item.Id, out var place)) _places.Add(item.Id, place = new Place(item));
                place.Item = item;
                if (item.State != HeldState.Waiting) place.Decided.TrySetResult(item);
            }
        }
    }

    /// <summary>The item by its id; null if there is none, or its verdict has reached the requester.</summary>
    public HeldItem? Find(string id)
    {
        lock (_lock) return _places.TryGetValue(id, out var place) ? place.Item : null;
    }

    /// <summary>
    /// Holds something, or finds that it is held already, whatever was decided about it. A result without an item and
    /// without a ledger's refusal says that the job has as many items as it may.
    /// </summary>
    /// <param name="key">What it is about.</param>
    /// <param name="what">What it is, in a few words for people.</param>
    /// <param name="entry">Id of the ledger entry whose payload is what would be done.</param>
    /// <param name="limit">How long it waits.</param>
    public async Task<HeldResult> HoldAsync(HeldKey key, string what, string? entry, TimeSpan limit)
    {
        return await OneByOneAsync(async () =>
        {
            if (Find(key) is { } held) return new HeldResult(held, null, LedgerRefusal.None);
            if (CountOf(key.Job) >= HeldOfJobMax) return new HeldResult(null, null, LedgerRefusal.None);
            var created = now();
            var item = new HeldItem
            {
                Id = newId(IdPrefix),
                Kind = key.Kind,
                Job = key.Job,
                What = what,
                Digest = key.Digest,
                Entry = entry,
                Created = created,
                Expires = created + limit,
            };
            var details = new Dictionary<string, string>
            {
                ["what"] = what,
                ["until"] = item.Expires.ToString("O", CultureInfo.InvariantCulture),
            };
            if (entry is not null) details["exchange"] = entry;
            var refusal = await RecordAsync("hold", item, HeldActor.Gate, details, new StateChange.Hold(item));
            if (refusal != LedgerRefusal.None) return new HeldResult(null, null, refusal);
            lock (_lock) _places.Add(item.Id, new Place(item));
            return new HeldResult(item, null, LedgerRefusal.None);
        });
    }

    /// <summary>A person says yes. The waiting caller goes on.</summary>
    public Task<HeldResult> ApproveAsync(string id, HeldActor actor, string why)
        => MoveAsync(id, "hold.approve", actor, [], item => item.Approve(actor.Who, why, now()));

    /// <summary>A person says no. The waiting caller is refused.</summary>
    public Task<HeldResult> DenyAsync(string id, HeldActor actor, string why)
        => MoveAsync(id, "hold.deny", actor, [], item => item.Deny(actor.Who, why, now()));

    /// <summary>It is no longer wanted. The waiting caller is refused.</summary>
    public Task<HeldResult> WithdrawAsync(string id, HeldActor actor, string why)
        => MoveAsync(id, "hold.withdraw", actor, [], item => item.Withdraw(actor.Who, why, now()));

    /// <summary>
    /// The verdict reaches the requester, once. An approval whose time is over has become a refusal by then.
    /// </summary>
    /// <param name="id">The item.</param>
    /// <param name="exchange">The exchange that goes on or ends with it.</param>
    public async Task<HeldResult> ConsumeAsync(string id, string exchange)
    {
        var details = new Dictionary<string, string> { ["exchange"] = exchange };
        var result = await MoveAsync(id, "hold.consume", HeldActor.Gate, details, item => item.Consume(now()));
        if (result.Obstacle != HeldObstacle.TimeIsOver) return result;
        await LapseAsync(id);
        return await MoveAsync(id, "hold.consume", HeldActor.Gate, details, item => item.Consume(now()));
    }

    /// <summary>Ends what time ends.</summary>
    /// <returns>What was ended, for people; null if there was nothing.</returns>
    public async Task<string?> SweepAsync()
    {
        var ended = 0;
        foreach (var item in All)
        {
            if (!item.Lapse(now()).IsChange) continue;
            var result = await LapseAsync(item.Id);
            if (result.Refusal != LedgerRefusal.None) return $"not ended, the ledger is {result.Refusal}";
            if (result.IsDone) ended++;
        }
        return ended == 0 ? null : $"{ended} ended";
    }

    /// <summary>
    /// Waits until an item is decided, at most until its own time is over. The answer is the item as it is then; null
    /// if another caller got its verdict.
    /// </summary>
    public async Task<HeldItem?> WaitAsync(string id, TimeProvider time, CancellationToken stop)
    {
        while (true)
        {
            Task<HeldItem> decided;
            TimeSpan left;
            lock (_lock)
            {
                if (!_places.TryGetValue(id, out var place)) return null;
                if (place.Item.State != HeldState.Waiting) return place.Item;
                (decided, left) = (place.Decided.Task, place.Item.Expires - now());
            }
            try
            {
                return await decided.WaitAsync(Clamp(left), time, stop);
            }
            catch (TimeoutException)
            {
                // The schedule may come later, and a ledger that cannot be written leaves the item as it is.
                var lapsed = await LapseAsync(id);
                // A timer and the ledger's clock differ by a little, and the longest timer is 49 days.
                if (lapsed.Obstacle != HeldObstacle.NotDue) return lapsed.Item;
            }
        }
    }

    /// <summary>Time on record has gone back: the store has moved the same items in the same way.</summary>
    public void GoBack(DateTimeOffset to, TimeSpan by)
    {
        lock (_lock)
        {
            foreach (var place in _places.Values) place.Item = place.Item.GoBack(to, by);
        }
    }

    public void Dispose() => _changing.Dispose();

    private static TimeSpan Clamp(TimeSpan left)
        => left <= TimeSpan.Zero ? TimeSpan.Zero
            : TimeSpan.FromMilliseconds(Math.Clamp(left.TotalMilliseconds, 5, uint.MaxValue - 1));

    private Task<HeldResult> LapseAsync(string id)
        => MoveAsync(id, "hold.lapse", HeldActor.Gate, [], item => item.Lapse(now()));

    private Task<HeldResult> MoveAsync(
        string id, string act, HeldActor actor, Dictionary<string, string> details,
        Func<HeldItem, HeldTransition> move)
        => OneByOneAsync(async () =>
        {
            if (Find(id) is not { } before) return default;
            var (after, obstacle) = move(before);
            if (obstacle is not null) return new HeldResult(before, obstacle, LedgerRefusal.None);
            details["verdict"] = after.Decision!.Verdict.Word();
            if (after.Decision.Why.Length > 0) details["why"] = after.Decision.Why;
            var refusal = await RecordAsync(
                act, after, actor, details, new StateChange.MoveHeld(after, before.State));
            if (refusal != LedgerRefusal.None) return new HeldResult(before, null, refusal);
            Replace(after);
            return new HeldResult(after, null, LedgerRefusal.None);
        });

    private async Task<HeldResult> OneByOneAsync(Func<Task<HeldResult>> change)
    {
        await _changing.WaitAsync();
        try
        {
            return await change();
        }
        catch (StateConflictException)
        {
            // A write that was reported as failed had been stored. What is stored counts.
            await LoadAsync(CancellationToken.None);
            return await change();
        }
        finally
        {
            _changing.Release();
        }
    }

    private async Task<LedgerRefusal> RecordAsync(
        string act, HeldItem item, HeldActor actor, Dictionary<string, string> details, StateChange change)
    {
        details["item"] = item.Id;
        details["job"] = item.Job;
        details["kind"] = item.Kind.Word();
        var result = await append(
            new LedgerDraft
            {
                Entry = new ActEntry
                {
                    Id = newId(EntryId.Act),
                    Act = act,
                    Uid = actor.Uid,
                    Who = actor.Who,
                    Details = details,
                },
                StateChange = change,
            },
            CancellationToken.None);
        return result.Refusal;
    }

    private HeldItem? Find(HeldKey key)
    {
        lock (_lock)
        {
            foreach (var (_, place) in _places)
            {
                if (new HeldKey(place.Item.Kind, place.Item.Job, place.Item.Digest) == key) return place.Item;
            }
            return null;
        }
    }

    private int CountOf(string job)
    {
        lock (_lock) return _places.Values.Count(place => place.Item.Job == job);
    }

    private void Replace(HeldItem item)
    {
        Place? place;
        lock (_lock)
        {
            place = _places[item.Id];
            place.Item = item;
            if (item.State == HeldState.Consumed) _places.Remove(item.Id);
        }
        place.Decided.TrySetResult(item);
    }

    private sealed class Place(HeldItem item)
    {
        public HeldItem Item { get; set; } = item;

        /// <summary>Ends when the item no longer waits; its waiters run on threads of their own.</summary>
        public TaskCompletionSource<HeldItem> Decided { get; } =
            new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

/// <summary>Who changes a held item.</summary>
/// <param name="Uid">User id; -1 for the gate itself.</param>
/// <param name="Who">Name of the person.</param>
internal sealed record HeldActor(long Uid, string Who)
{
    public static HeldActor Gate { get; } = new(-1, "gate");
}
