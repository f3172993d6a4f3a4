using Gatehouse.Core.Ledger;
using Gatehouse.Storage;
using Microsoft.Extensions.Time.Testing;

namespace Gatehouse.Tests.Storage;

public sealed class LedgerPurgeTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Inputs_go_after_their_days_outputs_later_and_the_tree_still_verifies()
    {
        using var test = new TestHome();
        var time = new FakeTimeProvider(Start);
        await using var ledger = test.Open(time);
        var id = await TestHome.ExchangeAsync(ledger, "prompt", "answer");
        Assert.Equal(0, (await ledger.PurgeDueAsync(CancellationToken.None)).Payloads);

        time.Advance(TimeSpan.FromDays(7));
        Assert.Equal(1, (await ledger.PurgeDueAsync(CancellationToken.None)).Payloads);
        using var reader = LedgerReader.OpenReadOnly(test.Home);
        var payloads = reader.ReadPayloads(reader.FindExchange(id)!, ledger.Keys);
        Assert.Equal([true, true, false], payloads.Select(payload => payload.Bytes is null));
        Assert.Contains("is gone", payloads[0].Missing, StringComparison.Ordinal);

        time.Advance(TimeSpan.FromDays(23));
        Assert.Equal(1, (await ledger.PurgeDueAsync(CancellationToken.None)).Payloads);
        var report = test.Verify();
        Assert.Empty(report.Faults);
        Assert.Equal((0L, 2L), (report.Payloads!.Checked, report.Payloads.Purged));
    }

    [Fact]
    public async Task The_days_key_goes_with_the_day()
    {
        using var test = new TestHome();
        var time = new FakeTimeProvider(Start);
        await using var ledger = test.Open(time);
        await TestHome.ExchangeAsync(ledger, "prompt", "answer");
        var key = Path.Combine(test.Home.KeysDirectory, "day-20261108-inputs.key");
        Assert.True(File.Exists(key));

        time.Advance(TimeSpan.FromDays(7));
        Assert.Equal(0, (await ledger.PurgeDueAsync(CancellationToken.None)).DayKeys);
        time.Advance(TimeSpan.FromDays(1));
        Assert.Equal(1, (await ledger.PurgeDueAsync(CancellationToken.None)).DayKeys);
        Assert.False(File.Exists(key));
        Assert.True(test.Verify().IsGood);
    }

    [Fact]
    public async Task Leaves_lose_their_text_in_the_end_and_every_checkpoint_still_proves()
    {
        using var test = new TestHome();
        var time = new FakeTimeProvider(Start);
        await using var ledger = test.Open(time);
        var kept = "";
        for (var i = 0; i < 10; i++)
        {
            await TestHome.ExchangeAsync(ledger, $"prompt {i}");
            time.Advance(TimeSpan.FromDays(1));
            var note = await TestHome.SignAsync(ledger, time);
            kept = i == 3 ? note : kept;
        }

        time.Advance(TimeSpan.FromDays(85));
        var result = await ledger.PurgeDueAsync(CancellationToken.None);

        Assert.True(result.Leaves is >= 10 and < 20, $"{result.Leaves} leaves were pruned.");
        var report = test.Verify(kept);
        Assert.Empty(report.Faults);
        Assert.Equal(result.Leaves, report.Pruned);
        using var reader = LedgerReader.OpenReadOnly(test.Home);
        Assert.Null(reader.FindEntry(0)!.Leaf);
        Assert.NotNull(reader.FindEntry(result.Leaves)!.Leaf);
        Assert.Equal(result.Leaves, reader.ReadExchanges(null, 0, 100)[0].Index);
    }

    [Fact]
    public async Task A_full_ledger_takes_calls_again_once_its_leaves_are_pruned_and_stays_small()
    {
        using var test = new TestHome();
        test.Settings = test.Settings with { BytesMax = 1 << 20 };
        var time = new FakeTimeProvider(Start);
        await using var ledger = test.Open(time);
        long written = 0;
        for (var round = 0; round < 4; round++)
        {
            var before = written;
            var id = ledger.NewId(EntryId.Exchange);
            while ((await TestHome.AppendAsync(ledger, TestHome.Request(id))).IsDurable)
            {
                Assert.True((await TestHome.AppendAsync(ledger, TestHome.Outcome(ledger, id))).IsDurable);
                written += 2;
                id = ledger.NewId(EntryId.Exchange);
            }

            Assert.True(written - before > 200, $"Round {round} had room for {written - before} entries.");
            await TestHome.SignAsync(ledger, time);
            time.Advance(TimeSpan.FromDays(91));
            Assert.True((await ledger.PurgeDueAsync(CancellationToken.None)).Leaves > 0);
        }

        Assert.InRange(ledger.Health().BytesUsed, 1, 120_000 + 150 * written);
        Assert.Empty(test.Verify().Faults);
    }

    [Fact]
    public async Task Leaves_that_were_pruned_before_are_compacted_too()
    {
        using var test = new TestHome();
        var time = new FakeTimeProvider(Start);
        await using (var ledger = test.Open(time))
        {
            for (var i = 0; i < 500; i++)
                await TestHome.ExchangeAsync(ledger, null, null);
            await TestHome.SignAsync(ledger, time);
            time.Advance(TimeSpan.FromDays(91));
            await ledger.PurgeDueAsync(CancellationToken.None);
        }

        // As an older version left it: without text, in the pages that it had with it.
        test.Execute(
            "UPDATE ledger_entry SET leaf = zeroblob(900) WHERE leaf IS NULL; "
            + "UPDATE ledger_entry SET leaf = NULL WHERE length(leaf) = 900; "
            + "DELETE FROM ledger_flag WHERE name = 'leaves_compacted'");
        long before;
        await using (var ledger = test.Open(time))
        {
            await TestHome.AppendAsync(ledger, TestHome.Act(ledger, "note"));
            before = ledger.Health().BytesUsed;
            await ledger.PurgeDueAsync(CancellationToken.None);
            await TestHome.AppendAsync(ledger, TestHome.Act(ledger, "note"));
            Assert.True(before > 500_000, $"Only {before} bytes were in use.");
            Assert.InRange(ledger.Health().BytesUsed, 1, 300_000);
        }

        Assert.Empty(test.Verify().Faults);
    }

    [Fact]
    public async Task A_pruned_ledger_opens_and_goes_on()
    {
        using var test = new TestHome();
        var time = new FakeTimeProvider(Start);
        await using (var ledger = test.Open(time))
        {
            await TestHome.ExchangeAsync(ledger);
            await TestHome.SignAsync(ledger, time);
            time.Advance(TimeSpan.FromDays(120));
            Assert.Equal(2, (await ledger.PurgeDueAsync(CancellationToken.None)).Leaves);
        }

        await using (var ledger = test.Open(time))
        {
            await TestHome.ExchangeAsync(ledger);
            Assert.Equal(0, (await ledger.PurgeDueAsync(CancellationToken.None)).Leaves);
        }

        Assert.Empty(test.Verify().Faults);
    }

    [Fact]
    public async Task A_crash_between_the_intention_and_the_deletion_is_made_good_by_the_next_purge()
    {
        using var test = new TestHome();
        var time = new FakeTimeProvider(Start);
        await using (var ledger = test.Open(time))
        {
            await TestHome.ExchangeAsync(ledger);
            time.Advance(TimeSpan.FromDays(8));
            await TestHome.AppendAsync(ledger, new LedgerDraft
            {
                Entry = new PurgeEntry
                {
                    Id = ledger.NewId(EntryId.Purge),
                    DueBefore = ledger.Now,
                    LeavesBelow =
                    0,
                    Payloads = 1
                },
            });
        }

        Assert.True(test.Verify().IsGood);
        await using (var ledger = test.Open(time))
        {
            Assert.Equal(1, (await ledger.PurgeDueAsync(CancellationToken.None)).Payloads);
            Assert.Equal(0, (await ledger.PurgeDueAsync(CancellationToken.None)).Payloads);
        }

        Assert.True(test.Verify().IsGood);
    }

    [Fact]
    public async Task Nothing_is_deleted_if_the_intention_cannot_be_written()
    {
        using var test = new TestHome();
        var time = new FakeTimeProvider(Start);
        var fail = false;
        test.Settings = test.Settings with
        {
            AtCommit = _ =>
            {
                if (fail)
                    throw new SqliteFaultException("injected", SQLitePCL.raw.SQLITE_FULL, 0);
            },
        };
        await using var ledger = test.Open(time);
        await TestHome.ExchangeAsync(ledger);
        time.Advance(TimeSpan.FromDays(8));
        fail = true;
        Assert.Equal(LedgerRefusal.DiskFull, (await ledger.PurgeDueAsync(CancellationToken.None)).Refusal);
        fail = false;

        using var reader = LedgerReader.OpenReadOnly(test.Home);
        Assert.Equal(2, reader.CountPayloads(long.MaxValue));
        Assert.True(test.Verify().IsGood);
    }

    [Fact]
    public async Task A_forged_purge_without_a_signature_explains_nothing()
    {
        using var test = new TestHome();
        // A look that was on its way must not sign the forged entry after all.
        test.Settings = test.Settings with { CheckpointEvery = TimeSpan.FromMinutes(1) };
        var time = new FakeTimeProvider(Start);
        await using var ledger = test.Open(time);
        await TestHome.ExchangeAsync(ledger);
        await TestHome.SignAsync(ledger, time);
        await TestHome.AppendAsync(ledger, new LedgerDraft
        {
            Entry = new PurgeEntry { Id = ledger.NewId(EntryId.Purge), DueBefore = Start.AddYears(1), LeavesBelow = 2 },
        });
        test.Execute("DELETE FROM payload WHERE idx = 0");

        Assert.Equal(0, Assert.Single(test.Verify().Faults).Index);
        test.Execute("DELETE FROM payload; UPDATE ledger_entry SET leaf = NULL WHERE idx < 2");
        Assert.Equal(0, Assert.Single(test.Verify().Faults).Index);
    }

    [Fact]
    public async Task Shorter_retention_applies_to_new_records_only()
    {
        using var test = new TestHome();
        var time = new FakeTimeProvider(Start);
        await using (var ledger = test.Open(time))
            await TestHome.ExchangeAsync(ledger, "old");
        test.Settings = test.Settings with { KeepInputs = TimeSpan.FromHours(1), KeepOutputs = TimeSpan.FromHours(1) };
        await using (var ledger = test.Open(time))
        {
            await TestHome.ExchangeAsync(ledger, "new");
            time.Advance(TimeSpan.FromHours(2));
            Assert.Equal(2, (await ledger.PurgeDueAsync(CancellationToken.None)).Payloads);
        }

        using var reader = LedgerReader.OpenReadOnly(test.Home);
        Assert.Equal(2, reader.CountPayloads(long.MaxValue));
    }

    [Fact]
    public async Task What_was_purged_is_not_left_in_the_files()
    {
        using var test = new TestHome();
        var time = new FakeTimeProvider(Start);
        await using var ledger = test.Open(time);
        await TestHome.ExchangeAsync(ledger, new string('p', 100_000), "answer");
        byte[] stored;
        using (var reader = LedgerReader.OpenReadOnly(test.Home))
            stored = reader.FindPayloadRow(0, PayloadKind.Received)!.Value.Sealed;
        time.Advance(TimeSpan.FromDays(7));

        var result = await ledger.PurgeDueAsync(CancellationToken.None);

        Assert.True(result.BytesFreed > 90_000, $"{result.BytesFreed} bytes were freed.");
        foreach (var file in Directory.EnumerateFiles(test.Path, "ledger.db*"))
            Assert.Equal(-1, File.ReadAllBytes(file).AsSpan().IndexOf(stored.AsSpan(1000, 32)));
    }
}
