using System.Security.Cryptography;
using Gatehouse.Core.Approvals;
using Gatehouse.Core.Ledger;
using Gatehouse.Storage;

namespace Gatehouse.Tests.Storage;

/// <summary>
/// What every store of the state promises, whichever engine it uses. An engine's own tests say how to open it and how
/// to make its next commit fail.
/// </summary>
public abstract class StateStoreContract
{
    private static readonly DateTimeOffset Noon = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

    /// <summary>Opens the same store, as a process that starts does. The test closes it.</summary>
    private protected abstract IStateStore Open();

    /// <summary>Makes the next commit fail: with nothing stored, or although everything is.</summary>
    private protected abstract void FailNextCommit(bool isStored);

    /// <summary>How often a writer was told that its process must stop.</summary>
    private protected abstract int Stops { get; }

    [Fact]
    public async Task A_store_that_was_never_written_is_empty()
    {
        await using var store = Open();
        Assert.Empty(await store.LoadTokensAsync(DateTimeOffset.UnixEpoch, CancellationToken.None));
        Assert.Empty(await store.LoadPausesAsync(CancellationToken.None));
        Assert.Empty(await store.LoadUsageAsync(["2026-05-01", "2026-05"], CancellationToken.None));
        Assert.Empty(await store.LoadHeldAsync(CancellationToken.None));
    }

    [Fact]
    public async Task A_token_is_after_a_restart_what_it_was_when_it_was_issued()
    {
        var token = Token("tok_1") with
        {
            Endpoints = ["chat", "embeddings"],
            Models = ["llama", "qwen"],
            Networks = ["10.1.0.0/16", "fd00::/8"],
            InUrl = true,
            Service = true,
        };
        await WriteAsync(new StateChange.IssueToken(token));
        await WriteAsync(new StateChange.IssueToken(Token("tok_2")));

        await using var store = Open();
        var found = await store.LoadTokensAsync(Noon, CancellationToken.None);
        Assert.Equal(["tok_1", "tok_2"], found.Select(one => one.Id).Order());
        AssertSame(token, found.Single(one => one.Id == "tok_1"));
        AssertSame(Token("tok_2"), found.Single(one => one.Id == "tok_2"));
    }

    [Fact]
    public async Task A_revoked_token_ended_at_the_time_of_the_entry_that_says_so()
    {
        await WriteAsync(new StateChange.IssueToken(Token("tok_1")));
        await WriteAsync(new StateChange.IssueToken(Token("tok_2")));
        var revoked = await WriteAsync(new StateChange.RevokeToken("tok_1", Leaked: true));

        await using var store = Open();
        var found = await store.LoadTokensAsync(Noon, CancellationToken.None);
        AssertSame(
            Token("tok_1") with { Revoked = revoked.Time, Leaked = true }, found.Single(one => one.Id == "tok_1"));
        AssertSame(Token("tok_2"), found.Single(one => one.Id == "tok_2"));
    }

    [Fact]
    public async Task Revoking_a_token_that_was_never_stored_changes_nothing()
    {
        await WriteAsync(new StateChange.IssueToken(Token("tok_1")));
        await WriteAsync(new StateChange.RevokeToken("tok_of_a_connection", Leaked: false));

        await using var store = Open();
        AssertSame(Token("tok_1"), Assert.Single(await store.LoadTokensAsync(Noon, CancellationToken.None)));
    }

    [Fact]
    public async Task Tokens_that_ended_before_the_given_time_are_not_loaded()
    {
        await WriteAsync(new StateChange.IssueToken(Token("tok_old") with { Expires = Noon.AddHours(1) }));
        await WriteAsync(new StateChange.IssueToken(Token("tok_new") with { Expires = Noon.AddHours(3) }));

        await using var store = Open();
        var later = await store.LoadTokensAsync(Noon.AddHours(2), CancellationToken.None);
        Assert.Equal("tok_new", Assert.Single(later).Id);
        Assert.Equal(2, (await store.LoadTokensAsync(Noon, CancellationToken.None)).Count);
    }

    [Fact]
    public async Task A_pause_lasts_over_restarts_until_it_is_lifted()
    {
        var all = new StoredPause("*", "root", Noon, "");
        var replaced = new StoredPause("news", "ann", Noon.AddMinutes(2), "still wrong");
        await WriteAsync(new StateChange.PauseJob(new StoredPause("news", "ben", Noon, "wrong")));
        await WriteAsync(new StateChange.PauseJob(all));
        await WriteAsync(new StateChange.PauseJob(replaced));
        Assert.Equal([all, replaced], await PausesAsync());

        await WriteAsync(new StateChange.ResumeJob("*"));
        await WriteAsync(new StateChange.ResumeJob("nobody"));
        Assert.Equal([replaced], await PausesAsync());
    }

    [Fact]
    public async Task Usage_adds_up_in_its_day_and_its_month_with_the_bytes_of_its_entries()
    {
        var first = await WriteAsync(new StateChange.BookUsage("news", "2026-05-01", "2026-05", 10, 7));
        var second = await WriteAsync(new StateChange.BookUsage("news", "2026-05-01", "2026-05", 5, 0));
        var third = await WriteAsync(new StateChange.BookUsage("news", "2026-05-02", "2026-05", 1, 1));
        var other = await WriteAsync(new StateChange.BookUsage("mail", "2026-05-01", "2026-05", 3, 2));

        await using var store = Open();
        var day = first.StoredBytes + second.StoredBytes;
        Assert.Equal(
            [
                new StoredUsage("mail", "2026-05", 3, other.StoredBytes, 2),
                new StoredUsage("mail", "2026-05-01", 3, other.StoredBytes, 2),
                new StoredUsage("news", "2026-05", 16, day + third.StoredBytes, 8),
                new StoredUsage("news", "2026-05-01", 15, day, 7),
            ],
            (await store.LoadUsageAsync(["2026-05-01", "2026-05"], CancellationToken.None))
                .OrderBy(row => row.Job, StringComparer.Ordinal).ThenBy(row => row.Period, StringComparer.Ordinal));
        Assert.All([first, second, third, other], result => Assert.True(result.StoredBytes > 0));
    }

    [Fact]
    public async Task A_held_item_is_after_a_restart_what_it_was_and_goes_when_it_is_consumed()
    {
        var waiting = Held("hold_1") with { Entry = "ex_1" };
        var other = Held("hold_2") with { Job = "mail", Kind = HeldKind.Post };
        await WriteAsync(new StateChange.Hold(waiting));
        await WriteAsync(new StateChange.Hold(other));
        Assert.Equal([waiting, other], await HeldAsync());

        var approved = waiting.Approve("ann", "fine", Noon.AddMinutes(5)).Item;
        await WriteAsync(new StateChange.MoveHeld(approved, HeldState.Waiting));
        Assert.Equal([approved, other], await HeldAsync());

        await WriteAsync(new StateChange.MoveHeld(approved.Consume(Noon).Item, HeldState.Approved));
        Assert.Equal([other], await HeldAsync());
        await WriteAsync(new StateChange.Hold(waiting));
        Assert.Equal([waiting, other], await HeldAsync());
    }

    [Fact]
    public async Task A_held_item_goes_on_only_from_the_state_that_it_is_in_and_is_held_once()
    {
        await using var store = Open();
        var waiting = Held("hold_1");
        var denied = waiting.Deny("ann", "", Noon).Item;
        await AppendAsync(store, new StateChange.Hold(waiting));
        await AppendAsync(store, new StateChange.MoveHeld(denied, HeldState.Waiting));

        foreach (var change in (StateChange[])
        [
            new StateChange.MoveHeld(waiting.Approve("ben", "", Noon).Item, HeldState.Waiting),
            new StateChange.MoveHeld(Held("hold_9").Approve("ben", "", Noon).Item, HeldState.Waiting),
            new StateChange.MoveHeld(denied.Consume(Noon).Item, HeldState.Approved),
            new StateChange.Hold(Held("hold_2")),
        ])
        {
            await Assert.ThrowsAsync<StateConflictException>(() => AppendAsync(store, change));
        }
        Assert.Equal([denied], await store.LoadHeldAsync(CancellationToken.None));
        Assert.Equal(0, Stops);
    }

    [Fact]
    public async Task A_change_that_contradicts_what_is_stored_undoes_only_itself_and_its_entry()
    {
        await using var store = Open();
        var issued = await AppendAsync(store, new StateChange.IssueToken(Token("tok_1")));
        var before = Enumerable.Range(0, 10).Select(i => AppendAsync(store, Pause($"before-{i}"))).ToList();
        var wrong = AppendAsync(
            store, new StateChange.Both(Pause("never"), new StateChange.IssueToken(Token("tok_1"))));
        var after = Enumerable.Range(0, 10).Select(i => AppendAsync(store, Pause($"after-{i}"))).ToList();

        await Assert.ThrowsAsync<StateConflictException>(() => wrong);
        var good = await Task.WhenAll(before.Concat(after));
        Assert.All(good, result => Assert.True(result.IsDurable));
        Assert.Equal(
            Enumerable.Range(1, 20).Select(i => issued.Index + i), good.Select(result => result.Index).Order());
        var pauses = await store.LoadPausesAsync(CancellationToken.None);
        Assert.Equal(20, pauses.Count);
        Assert.DoesNotContain(pauses, pause => pause.Job == "never");
        Assert.Equal(0, Stops);
    }

    [Fact]
    public async Task A_commit_that_failed_leaves_nothing_and_the_next_try_applies_once()
    {
        await using var store = Open();
        var used = new StateChange.Both(
            Pause("news"), new StateChange.BookUsage("news", "2026-05-01", "2026-05", 10, 7));
        FailNextCommit(isStored: false);
        Assert.False((await AppendAsync(store, used)).IsDurable);
        Assert.Empty(await store.LoadPausesAsync(CancellationToken.None));

        Assert.True((await AppendAsync(store, used)).IsDurable);
        Assert.Single(await store.LoadPausesAsync(CancellationToken.None));
        Assert.Equal(10, Assert.Single(await store.LoadUsageAsync(["2026-05"], CancellationToken.None)).Tokens);
        Assert.Equal(0, Stops);
    }

    [Fact]
    public async Task A_commit_that_failed_and_yet_was_stored_has_the_entry_and_its_change()
    {
        AppendResult first, next;
        await using (var store = Open())
        {
            first = await AppendAsync(store, Pause("first"));
            FailNextCommit(isStored: true);
            Assert.False((await AppendAsync(store, Pause("second"))).IsDurable);
            next = await AppendAsync(store, Pause("third"));
        }

        Assert.Equal(first.Index + 2, next.Index);
        Assert.Equal(["first", "second", "third"], (await PausesAsync()).Select(pause => pause.Job).Order());
    }

    [Fact]
    public async Task Every_open_takes_the_lease_with_a_higher_epoch()
    {
        StateLease first;
        await using (var store = Open())
            first = store.Lease!;
        await using var again = Open();

        Assert.NotEmpty(first.Holder);
        Assert.Equal(first.Holder, again.Lease!.Holder);
        Assert.True(again.Lease.Epoch > first.Epoch, $"{again.Lease} is not after {first}");
    }

    [Fact]
    public async Task A_writer_whose_lease_was_taken_writes_nothing_more_and_is_told_to_stop()
    {
        await using var old = Open();
        var last = await AppendAsync(old, Pause("before"));
        await using var now = Open();

        Assert.Equal(LedgerRefusal.Fenced, (await AppendAsync(old, Pause("never"))).Refusal);
        Assert.Equal(1, Stops);
        Assert.False((await AppendAsync(old, Pause("never"))).IsDurable);

        var next = await AppendAsync(now, Pause("after"));
        Assert.Equal(last.Index + 1, next.Index);
        Assert.Equal(["after", "before"], (await PausesAsync()).Select(pause => pause.Job).Order());
        Assert.Equal(1, Stops);
    }

    private protected static StateChange Pause(string job) =>
        new StateChange.PauseJob(new StoredPause(job, "ann", Noon, "because"));

    private protected static Task<AppendResult> AppendAsync(IStateStore store, StateChange change) =>
        store.AppendAsync(
            new LedgerDraft
            {
                Entry = new ActEntry
                {
                    Id = EntryId.Create(EntryId.Act, Noon, RandomNumberGenerator.GetBytes(EntryId.RandomBytes)),
                    Act = "test",
                    Uid = 0,
                    Who = "root",
                },
                StateChange = change,
            },
            CancellationToken.None).AsTask();

    // Each in a life of its own, so that whatever is read later was read from the disk.
    private async Task<AppendResult> WriteAsync(StateChange change)
    {
        await using var store = Open();
        var result = await AppendAsync(store, change);
        Assert.Equal(LedgerRefusal.None, result.Refusal);
        return result;
    }

    private async Task<IReadOnlyList<StoredPause>> PausesAsync()
    {
        await using var store = Open();
        return [.. (await store.LoadPausesAsync(CancellationToken.None))
            .OrderBy(pause => pause.Job, StringComparer.Ordinal)];
    }

    private async Task<IReadOnlyList<HeldItem>> HeldAsync()
    {
        await using var store = Open();
        return await store.LoadHeldAsync(CancellationToken.None);
    }

    private static HeldItem Held(string id) => new()
    {
        Id = id,
        Kind = HeldKind.Exchange,
        Job = "news",
        What = "a call",
        Digest = new string('a', 64),
        Created = Noon,
        Expires = Noon.AddHours(1),
    };

    private static StoredToken Token(string id) => new()
    {
        Id = id,
        Hash = SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(id)),
        Job = "news",
        Issued = Noon,
        Expires = Noon.AddYears(50),
    };

    private static void AssertSame(StoredToken expected, StoredToken found)
    {
        Assert.Equal(expected.Hash.ToArray(), found.Hash.ToArray());
        Assert.Equal(expected.Endpoints, found.Endpoints);
        Assert.Equal(expected.Models, found.Models);
        Assert.Equal(expected.Networks, found.Networks);
        Assert.Equal(Plain(expected), Plain(found));

        // Records compare lists by reference, and these are compared above.
        static StoredToken Plain(StoredToken token) =>
            token with { Hash = default, Endpoints = [], Models = [], Networks = [] };
    }
}
