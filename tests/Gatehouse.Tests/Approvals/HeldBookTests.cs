using Gatehouse.Core.Approvals;
using Gatehouse.Core.Ledger;
using Gatehouse.Gate;
using Gatehouse.Storage;
using Gatehouse.Tests.Storage;

namespace Gatehouse.Tests.Approvals;

/// <summary>The queue of what waits for a person: on record before it is in force, and there after a restart.</summary>
public sealed class HeldBookTests : IDisposable
{
    private static readonly HeldActor Ann = new(1000, "ann");

    private static readonly HeldKey Key = new(HeldKind.Exchange, "news", new string('a', 64));

    private static readonly TimeSpan Limit = TimeSpan.FromHours(1);

    private readonly TestHome _test = new();
    private readonly FakeClock _time = new(new DateTimeOffset(2026, 5, 1, 12, 0, 0, TimeSpan.Zero));
    private LedgerRefusal _refuse;
    private bool _refuseAfter;

    [Fact]
    public async Task What_is_held_is_found_again_after_a_restart_with_what_was_decided()
    {
        HeldItem first, second;
        await using (var ledger = _test.Open(_time))
        {
            var book = await BookAsync(ledger);
            first = (await book.HoldAsync(Key, "a call of news", "ex_1", Limit)).Item!;
            second = (await book.HoldAsync(Key with { Job = "mail" }, "a call of mail", null, Limit)).Item!;
            second = (await book.DenyAsync(second.Id, Ann, "not this")).Item!;
        }

        await using var again = _test.Open(_time);
        var found = await BookAsync(again);
        Assert.Equal([first, second], found.All.OrderByDescending(item => item.Job));
        Assert.Equal(("ex_1", Limit), (first.Entry, first.Expires - first.Created));
        Assert.Equal(("ann", "not this"), (second.Decision!.Who, second.Decision.Why));
        Assert.Equal(
            [("hold", "gate"), ("hold", "gate"), ("hold.deny", "ann")], Acts().Select(act => (act.Act, act.Who)));
    }

    [Fact]
    public async Task The_same_thing_of_a_job_is_held_once_until_its_verdict_is_taken()
    {
        await using var ledger = _test.Open(_time);
        var book = await BookAsync(ledger);
        var item = (await book.HoldAsync(Key, "a call", null, Limit)).Item!;
        Assert.Equal(item, (await book.HoldAsync(Key, "a call", null, Limit)).Item);
        var approved = (await book.ApproveAsync(item.Id, Ann, "")).Item!;
        Assert.Equal(approved, (await book.HoldAsync(Key, "a call", null, Limit)).Item);

        var consumed = await book.ConsumeAsync(item.Id, "ex_2");
        Assert.Equal(HeldState.Approved, consumed.Item!.Decision!.Verdict);
        Assert.Null((await book.ConsumeAsync(item.Id, "ex_3")).Item);
        var next = (await book.HoldAsync(Key, "a call", null, Limit)).Item!;
        Assert.Equal(HeldState.Waiting, next.State);
        Assert.NotEqual(item.Id, next.Id);
        Assert.Equal("ex_2", Assert.Single(Acts(), act => act.Act == "hold.consume").Details["exchange"]);
    }

    [Fact]
    public async Task The_first_of_two_decisions_counts_and_both_are_told_which()
    {
        await using var ledger = _test.Open(_time);
        var book = await BookAsync(ledger);
        var item = (await book.HoldAsync(Key, "a call", null, Limit)).Item!;

        var results = await Task.WhenAll(
            book.ApproveAsync(item.Id, Ann, ""), book.DenyAsync(item.Id, new HeldActor(0, "ben"), ""));
        Assert.Single(results, result => result.IsDone);
        Assert.Single(results, result => result.Obstacle == HeldObstacle.AlreadyDecided);
        Assert.Equal(results[0].Item, results[1].Item);
        Assert.Equal(2, Acts().Count);
    }

    [Fact]
    public async Task Whoever_waits_is_told_at_once_and_all_of_them()
    {
        await using var ledger = _test.Open(_time);
        var book = await BookAsync(ledger);
        var item = (await book.HoldAsync(Key, "a call", null, Limit)).Item!;
        var waiting = Enumerable.Range(0, 3)
            .Select(_ => book.WaitAsync(item.Id, _time, CancellationToken.None)).ToList();
        Assert.All(waiting, task => Assert.False(task.IsCompleted));

        await book.ApproveAsync(item.Id, Ann, "fine");
        var told = await Task.WhenAll(waiting).WaitAsync(TimeSpan.FromSeconds(10), TimeProvider.System,
            TestContext.Current.CancellationToken);
        Assert.All(told, one => Assert.Equal(HeldState.Approved, one!.State));
        Assert.Equal(HeldState.Approved, (await book.WaitAsync(item.Id, _time, CancellationToken.None))!.State);
    }

    [Fact]
    public async Task A_wait_ends_with_the_items_own_time_and_the_item_has_expired_then()
    {
        await using var ledger = _test.Open(_time);
        var book = await BookAsync(ledger);
        var item = (await book.HoldAsync(Key, "a call", null, Limit)).Item!;
        var waiting = book.WaitAsync(item.Id, _time, CancellationToken.None);
        _time.Advance(Limit - TimeSpan.FromSeconds(1));
        await Task.Delay(50, TestContext.Current.CancellationToken);
        Assert.False(waiting.IsCompleted);

        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(HeldState.Expired, (await waiting)!.State);
        Assert.Equal(HeldObstacle.AlreadyDecided, (await book.ApproveAsync(item.Id, Ann, "late")).Obstacle);
    }

    [Fact]
    public async Task A_waiter_that_goes_away_leaves_the_item_as_it_is()
    {
        await using var ledger = _test.Open(_time);
        var book = await BookAsync(ledger);
        var item = (await book.HoldAsync(Key, "a call", null, Limit)).Item!;
        using var gone = new CancellationTokenSource();
        var waiting = book.WaitAsync(item.Id, _time, gone.Token);
        await gone.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        Assert.Equal(item, book.Find(item.Id));
        Assert.True((await book.ApproveAsync(item.Id, Ann, "")).IsDone);
    }

    [Fact]
    public async Task Time_ends_what_nobody_decided_what_nobody_used_and_at_last_what_nobody_asked_for_again()
    {
        await using var ledger = _test.Open(_time);
        var book = await BookAsync(ledger);
        var ignored = (await book.HoldAsync(Key, "a call", null, Limit)).Item!;
        var unused = (await book.HoldAsync(Key with { Job = "mail" }, "a call", null, Limit)).Item!;
        var denied = (await book.HoldAsync(Key with { Job = "shop" }, "a call", null, Limit)).Item!;
        await book.ApproveAsync(unused.Id, Ann, "");
        await book.DenyAsync(denied.Id, Ann, "");
        Assert.Null(await book.SweepAsync());

        _time.Advance(Limit);
        Assert.Equal("2 ended", await book.SweepAsync());
        Assert.Equal(HeldState.Expired, book.Find(ignored.Id)!.State);
        Assert.Equal(HeldState.Expired, book.Find(unused.Id)!.State);
        Assert.Equal(HeldState.Denied, book.Find(denied.Id)!.State);

        _time.Advance(HeldItem.VerdictKept);
        Assert.Equal("3 ended", await book.SweepAsync());
        Assert.Empty(book.All);
        Assert.Empty(await ledger.LoadHeldAsync(CancellationToken.None));
    }

    [Fact]
    public async Task An_approval_whose_time_is_over_is_consumed_as_expired()
    {
        await using var ledger = _test.Open(_time);
        var book = await BookAsync(ledger);
        var item = (await book.HoldAsync(Key, "a call", null, Limit)).Item!;
        await book.ApproveAsync(item.Id, Ann, "");
        _time.Advance(Limit);

        var consumed = await book.ConsumeAsync(item.Id, "ex_1");
        Assert.True(consumed.IsDone);
        Assert.Equal(HeldState.Expired, consumed.Item!.Decision!.Verdict);
    }

    [Fact]
    public async Task What_the_ledger_does_not_record_is_not_in_force()
    {
        await using var ledger = _test.Open(_time);
        var book = await BookAsync(ledger);
        _refuse = LedgerRefusal.DiskFull;
        Assert.Equal((null, LedgerRefusal.DiskFull), Of(await book.HoldAsync(Key, "a call", null, Limit)));
        Assert.Empty(book.All);

        _refuse = LedgerRefusal.None;
        var item = (await book.HoldAsync(Key, "a call", null, Limit)).Item!;
        _refuse = LedgerRefusal.DiskFull;
        Assert.Equal((item, LedgerRefusal.DiskFull), Of(await book.ApproveAsync(item.Id, Ann, "")));
        Assert.Equal(HeldState.Waiting, book.Find(item.Id)!.State);
        _time.Advance(Limit);
        Assert.Equal("not ended, the ledger is DiskFull", await book.SweepAsync());
        Assert.Equal(HeldState.Waiting, (await book.WaitAsync(item.Id, _time, CancellationToken.None))!.State);
    }

    [Fact]
    public async Task What_was_stored_although_the_ledger_said_no_is_found_by_the_next_try()
    {
        await using var ledger = _test.Open(_time);
        var book = await BookAsync(ledger);
        _refuseAfter = true;
        Assert.Equal((null, LedgerRefusal.DiskFull), Of(await book.HoldAsync(Key, "a call", null, Limit)));
        _refuseAfter = false;
        var item = (await book.HoldAsync(Key, "a call", null, Limit)).Item!;
        Assert.Single(await ledger.LoadHeldAsync(CancellationToken.None));

        var waiting = book.WaitAsync(item.Id, _time, CancellationToken.None);
        _refuseAfter = true;
        Assert.Equal(LedgerRefusal.DiskFull, (await book.DenyAsync(item.Id, Ann, "no")).Refusal);
        _refuseAfter = false;
        Assert.Equal(
            HeldObstacle.AlreadyDecided, (await book.ApproveAsync(item.Id, new HeldActor(0, "ben"), "")).Obstacle);
        Assert.Equal(("ann", HeldState.Denied), ((await waiting)!.Decision!.Who, book.Find(item.Id)!.State));
    }

    [Fact]
    public async Task A_job_holds_no_more_than_a_person_can_decide()
    {
        await using var ledger = _test.Open(_time);
        var book = await BookAsync(ledger);
        for (var i = 0; i < HeldBook.HeldOfJobMax; i++)
            Assert.True((await book.HoldAsync(Key with { Digest = $"{i}" }, "a call", null, Limit)).IsDone);

        Assert.Equal((null, LedgerRefusal.None), Of(await book.HoldAsync(Key, "a call", null, Limit)));
        Assert.True((await book.HoldAsync(Key with { Digest = "0" }, "a call", null, Limit)).IsDone);
        Assert.True((await book.HoldAsync(Key with { Job = "mail" }, "a call", null, Limit)).IsDone);
    }

    [Fact]
    public async Task An_item_that_a_clock_held_that_ran_ahead_keeps_its_time_here_and_on_disk()
    {
        await using var ledger = _test.Open(_time);
        var book = await BookAsync(ledger);
        ledger.OnTimeWentBack = book.GoBack;
        await TestHome.AppendAsync(ledger, TestHome.Act(ledger, "first"));
        _time.Step(TimeSpan.FromDays(400));
        var item = (await book.HoldAsync(Key, "a call", null, Limit)).Item!;
        _time.Step(TimeSpan.FromDays(-400));
        await TestHome.AppendAsync(ledger, TestHome.Act(ledger, "second"));

        var moved = Assert.Single(book.All);
        Assert.Equal(Limit, moved.Expires - moved.Created);
        Assert.InRange(moved.Created, item.Created.AddDays(-401), item.Created.AddDays(-399));
        Assert.Equal(moved, Assert.Single(await ledger.LoadHeldAsync(CancellationToken.None)));
    }

    public void Dispose() => _test.Dispose();

    private async Task<HeldBook> BookAsync(SqliteLedger ledger)
    {
        var book = new HeldBook(
            async (draft, stop) =>
            {
                if (_refuse != LedgerRefusal.None) return AppendResult.Refused(_refuse);
                var result = await ledger.AppendAsync(draft, stop);
                return _refuseAfter ? AppendResult.Refused(LedgerRefusal.DiskFull) : result;
            },
            ledger.LoadHeldAsync, ledger.NewId, () => ledger.Now);
        await book.LoadAsync(CancellationToken.None);
        return book;
    }

    private List<ActEntry> Acts()
    {
        using var reader = LedgerReader.OpenReadOnly(_test.Home);
        return [.. reader.ReadActs(0, 1_000).Select(entry => entry.Leaf!.Entry).OfType<ActEntry>()];
    }

    private static (HeldItem? Item, LedgerRefusal Refusal) Of(HeldResult result) => (result.Item, result.Refusal);
}
