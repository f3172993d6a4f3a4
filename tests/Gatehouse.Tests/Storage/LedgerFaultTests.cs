using System.Diagnostics;
using Gatehouse.Core.Ledger;
using Gatehouse.Linux;
using Gatehouse.Storage;
using Microsoft.Extensions.Time.Testing;
using SQLitePCL;

namespace Gatehouse.Tests.Storage;

public sealed class LedgerFaultTests
{
    public static TheoryData<int, int, string> Weather => new()
    {
        { raw.SQLITE_FULL, 0, nameof(LedgerRefusal.DiskFull) },
        { raw.SQLITE_IOERR_WRITE, LinuxFile.Enospc, nameof(LedgerRefusal.DiskFull) },
        { raw.SQLITE_IOERR_WRITE, LinuxFile.Edquot, nameof(LedgerRefusal.DiskFull) },
        { raw.SQLITE_IOERR_WRITE, LinuxFile.Erofs, nameof(LedgerRefusal.ReadOnly) },
        { raw.SQLITE_IOERR_SHMSIZE, LinuxFile.Enospc, nameof(LedgerRefusal.DiskFull) },
        { raw.SQLITE_READONLY, 0, nameof(LedgerRefusal.ReadOnly) },
        { raw.SQLITE_BUSY, 0, nameof(LedgerRefusal.Busy) },
    };

    public static TheoryData<int, int> Damage => new()
    {
        { raw.SQLITE_IOERR_FSYNC, 5 },
        { raw.SQLITE_IOERR_FSYNC, LinuxFile.Enospc },
        { raw.SQLITE_IOERR_DIR_FSYNC, 5 },
        { raw.SQLITE_IOERR_WRITE, 5 },
        { raw.SQLITE_IOERR_READ, 5 },
        { raw.SQLITE_CORRUPT, 0 },
        { raw.SQLITE_NOTADB, 0 },
        { raw.SQLITE_READONLY_DBMOVED, 0 },
    };

    [Theory]
    [MemberData(nameof(Weather))]
    public async Task A_commit_that_fails_and_stores_nothing_is_refused_and_the_next_one_works(int code, int errno,
        string refusal)
    {
        using var test = new TestHome();
        await using (var ledger = Faulty(test, CommitPoint.Before, code, errno))
        {
            await TestHome.ExchangeAsync(ledger);
            _fail = true;
            var refused = await TestHome.AppendAsync(ledger, TestHome.Request(ledger.NewId(EntryId.Exchange), "lost"));
            Assert.Equal(refusal, refused.Refusal.ToString());
            Assert.Equal(LedgerState.Waiting, ledger.Health().State);
            await AgainAsync(ledger);
            Assert.Equal(LedgerState.Writing, ledger.Health().State);
        }

        Assert.Empty(test.Fatals);
        using var reader = LedgerReader.OpenReadOnly(test.Home);
        Assert.Equal(4, reader.Count());
        Assert.True(test.Verify().IsGood);
    }

    [Theory]
    [MemberData(nameof(Weather))]
    public async Task A_commit_that_fails_although_it_stored_everything_is_refused_and_sealed(int code, int errno,
        string refusal)
    {
        using var test = new TestHome();
        await using (var ledger = Faulty(test, CommitPoint.After, code, errno))
        {
            await TestHome.ExchangeAsync(ledger);
            _fail = true;
            var id = ledger.NewId(EntryId.Exchange);
            Assert.Equal(refusal,
                (await TestHome.AppendAsync(ledger, TestHome.Request(id, "stored"))).Refusal.ToString());
            await AgainAsync(ledger);
            using var reader = LedgerReader.OpenReadOnly(test.Home);
            Assert.Equal("interrupted", reader.FindExchange(id)!.Outcome);
            Assert.Equal(6, reader.Count());
        }

        Assert.Empty(test.Fatals);
        Assert.True(test.Verify().IsGood);
    }

    [Theory]
    [MemberData(nameof(Damage))]
    public async Task Damage_stops_the_gate_once_and_is_never_tried_again(int code, int errno)
    {
        foreach (var point in new[] { CommitPoint.Before, CommitPoint.After })
        {
            using var test = new TestHome();
            await using (var ledger = Faulty(test, point, code, errno))
            {
                await TestHome.ExchangeAsync(ledger);
                _fail = true;
                for (var i = 0; i < 3; i++)
                {
                    Assert.Equal(LedgerRefusal.Stopped,
                        (await TestHome.AppendAsync(ledger, TestHome.Act(ledger, "x"))).Refusal);
                }

                Assert.Equal(LedgerState.Stopped, ledger.Health().State);
            }

            Assert.Equal((code, errno), (Assert.Single(test.Fatals).Code, test.Fatals[0].Errno));
            test.Settings = test.Settings with { AtCommit = null };
            await using (test.Open())
            {
            }

            Assert.True(test.Verify().IsGood);
        }
    }

    [Fact]
    public async Task A_full_disk_refuses_and_the_ledger_goes_on_once_there_is_room()
    {
        using var mount = Mount.TmpfsOrSkip("size=6m");
        using var test = new TestHome(Path.Combine(mount.Path, "home"));
        await using (var ledger = test.Open())
        {
            await TestHome.ExchangeAsync(ledger);
            var ballast = Path.Combine(mount.Path, "ballast");
            Fill(ballast);
            await UntilAsync(async () =>
                (await TestHome.AppendAsync(ledger,
                    TestHome.Request(ledger.NewId(EntryId.Exchange), new string('x', 50_000))))
                .Refusal == LedgerRefusal.DiskFull);
            Assert.Contains("is full", ledger.Health().Reason, StringComparison.Ordinal);
            File.Delete(ballast);
            Assert.True((await TestHome.AppendAsync(ledger, TestHome.Act(ledger, "again"))).IsDurable);
        }

        Assert.Empty(test.Fatals);
        Assert.True(test.Verify().IsGood);
    }

    [Fact]
    public async Task A_ledger_that_nobody_calls_notices_by_itself_that_the_disk_has_room_again()
    {
        using var test = new TestHome();
        await using var ledger = Faulty(test, CommitPoint.Before, raw.SQLITE_FULL, 0);
        _fail = true;
        Assert.False((await TestHome.AppendAsync(ledger, TestHome.Act(ledger, "x"))).IsDurable);
        Assert.Equal(LedgerState.Waiting, ledger.Health().State);

        await UntilAsync(() => Task.FromResult(ledger.Health().State == LedgerState.Writing));
    }

    [Theory]
    [MemberData(nameof(Weather))]
    public async Task A_call_that_was_open_when_the_disk_filled_is_closed_when_there_is_room_again(
        int code, int errno, string refusal)
    {
        using var test = new TestHome();
        await using var ledger = Faulty(test, CommitPoint.Before, code, errno);
        var id = ledger.NewId(EntryId.Exchange);
        await TestHome.AppendAsync(ledger, TestHome.Request(id));
        _fail = true;
        Assert.Equal(refusal,
            (await TestHome.AppendAsync(ledger, TestHome.Outcome(ledger, id))).Refusal.ToString());

        // Nobody calls again.
        using var reader = LedgerReader.OpenReadOnly(test.Home);
        await UntilAsync(() => Task.FromResult(reader.FindExchange(id)!.Outcome is not null));
        Assert.Equal(("interrupted", "not-recorded"),
            (reader.FindExchange(id)!.Outcome, reader.FindExchange(id)!.Reason));
        Assert.Empty(test.Verify().Faults);
    }

    [Fact]
    public async Task A_start_on_a_full_disk_refuses_until_there_is_room()
    {
        using var mount = Mount.TmpfsOrSkip("size=4m");
        using var test = new TestHome(Path.Combine(mount.Path, "home"));
        var old = "";
        await using (var ledger = test.Open())
        {
            old = ledger.NewId(EntryId.Exchange);
            await TestHome.AppendAsync(ledger, TestHome.Request(old));
        }

        var ballast = Path.Combine(mount.Path, "ballast");
        Fill(ballast);
        await using (var ledger = test.Open())
        {
            Assert.Equal(
                LedgerRefusal.DiskFull,
                    (await TestHome.AppendAsync(ledger, TestHome.Request(ledger.NewId(EntryId.Exchange)))).Refusal);
            Assert.Equal(LedgerState.Waiting, ledger.Health().State);
            File.Delete(ballast);
            await UntilAsync(async () => (await TestHome.AppendAsync(ledger, TestHome.Act(ledger, "again"))).IsDurable);
        }

        using var reader = LedgerReader.OpenReadOnly(test.Home);
        Assert.Equal("interrupted", reader.FindExchange(old)!.Outcome);
        Assert.Empty(test.Fatals);
        Assert.True(test.Verify().IsGood);
    }

    [Fact]
    public async Task A_start_on_a_read_only_disk_refuses_until_it_can_be_written()
    {
        using var mount = Mount.TmpfsOrSkip("size=16m");
        using var test = new TestHome(Path.Combine(mount.Path, "home"));
        await using (var ledger = test.Open())
            await TestHome.ExchangeAsync(ledger);
        mount.Remount("ro");
        await using (var ledger = test.Open())
        {
            Assert.Equal(LedgerRefusal.ReadOnly,
                (await TestHome.AppendAsync(ledger, TestHome.Act(ledger, "x"))).Refusal);
            mount.Remount("rw");
            await UntilAsync(async () => (await TestHome.AppendAsync(ledger, TestHome.Act(ledger, "again"))).IsDurable);
        }

        Assert.Empty(test.Fatals);
        Assert.True(test.Verify().IsGood);
    }

    [Fact]
    public async Task A_ledger_at_its_limit_takes_no_new_call_but_still_ends_the_old_ones()
    {
        using var test = new TestHome();
        test.Settings = test.Settings with { BytesMax = 1 << 20 };
        await using var ledger = test.Open();
        var open = ledger.NewId(EntryId.Exchange);
        await TestHome.AppendAsync(ledger, TestHome.Request(open));
        await FillToLimitAsync(ledger);
        Assert.True(ledger.Health().PercentUsed > 80);
        Assert.True(ledger.Health().State is LedgerState.NearlyFull or LedgerState.Full);
        Assert.True((await TestHome.AppendAsync(ledger, TestHome.Outcome(ledger, open))).IsDurable);
    }

    [Fact]
    public async Task A_full_ledger_is_full_from_the_first_call_after_a_restart()
    {
        using var test = new TestHome();
        test.Settings = test.Settings with { BytesMax = 1 << 20 };
        await using (var ledger = test.Open())
            await FillToLimitAsync(ledger);
        await using (var ledger = test.Open())
        {
            Assert.InRange(ledger.Health().PercentUsed, 90, 110);
            Assert.Equal(LedgerRefusal.LedgerFull,
                (await TestHome.AppendAsync(ledger,
                    TestHome.Request(ledger.NewId(EntryId.Exchange), new string('y', 40_000)))).Refusal);
            Assert.True((await TestHome.AppendAsync(ledger, TestHome.Act(ledger, "pause"))).IsDurable);
        }
    }

    [Fact]
    public async Task A_purge_makes_room_in_a_full_ledger_for_the_very_next_call()
    {
        using var test = new TestHome();
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 11, 1, 12, 0, 0, TimeSpan.Zero));
        test.Settings = test.Settings with { BytesMax = 1 << 20, IsClockSynchronised = () => true };
        await using var ledger = test.Open(time);
        await FillToLimitAsync(ledger);
        time.Advance(TimeSpan.FromDays(8));

        Assert.True((await ledger.PurgeDueAsync(CancellationToken.None)).Payloads > 0);

        Assert.True((await TestHome.AppendAsync(ledger,
            TestHome.Request(ledger.NewId(EntryId.Exchange), new string('y', 40_000)))).IsDurable);
    }

    [Fact]
    public async Task A_queue_that_stays_full_refuses_after_two_seconds()
    {
        using var test = new TestHome();
        using var gate = new ManualResetEventSlim();
        test.Settings = test.Settings with { AtCommit = _ => gate.Wait() };
        await using var ledger = test.Open();
        var payload = new string('x', 1 << 20);
        var waiting = Enumerable.Range(0, 62)
            .Select(i => TestHome.AppendAsync(ledger, TestHome.Request(ledger.NewId(EntryId.Exchange), payload + i)))
                .ToList();
        var watch = Stopwatch.StartNew();
        var results = await Task.WhenAny(waiting);
        gate.Set();
        var all = await Task.WhenAll(waiting);

        Assert.Equal(LedgerRefusal.Busy, (await results).Refusal);
        Assert.InRange(watch.Elapsed.TotalSeconds, 1.5, 30);
        Assert.Contains(all, result => result.IsDurable);
        Assert.Equal(0, ledger.Health().Queued);
    }

    private volatile bool _fail;

    private static async Task FillToLimitAsync(SqliteLedger ledger)
    {
        var last = new AppendResult();
        for (var i = 0; i < 40 && last.Refusal == LedgerRefusal.None; i++)
        {
            last = await TestHome.AppendAsync(ledger,
                TestHome.Request(ledger.NewId(EntryId.Exchange), new string('x', 40_000) + i));
        }

        Assert.Equal(LedgerRefusal.LedgerFull, last.Refusal);
    }

    private SqliteLedger Faulty(TestHome test, CommitPoint at, int code, int errno)
    {
        test.Settings = test.Settings with
        {
            AtCommit = point =>
            {
                if (point != at || !_fail)
                    return;
                _fail = false;
                throw new SqliteFaultException("injected", code, errno);
            },
        };
        return test.Open();
    }

    // A file that could not be opened is left alone for a moment before the next try.
    private static Task AgainAsync(SqliteLedger ledger) => UntilAsync(async () =>
        (await TestHome.AppendAsync(ledger, TestHome.Act(ledger, "again"))).IsDurable
        && (await TestHome.AppendAsync(ledger, TestHome.Act(ledger, "and again"))).IsDurable);

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        for (var i = 0; i < 1_500; i++)
        {
            if (await condition())
                return;
            await Task.Delay(20);
        }

        Assert.Fail("It did not happen within half a minute.");
    }

    private static void Fill(string path)
    {
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, 1);
        var block = new byte[4096];
        try
        {
            while (true)
                file.Write(block);
        }
        catch (IOException)
        {
            // Full, which is what was wanted.
        }
    }
}
