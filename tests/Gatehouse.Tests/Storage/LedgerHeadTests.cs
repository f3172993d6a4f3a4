using System.Text;
using Gatehouse.Core.Ledger;
using Gatehouse.Storage;
using Microsoft.Extensions.Time.Testing;

namespace Gatehouse.Tests.Storage;

/// <summary>The second place that remembers the last signed head, and what is done when the ledger contradicts it.
/// </summary>
public sealed class LedgerHeadTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task A_crash_at_any_step_of_writing_signing_and_purging_accuses_nobody()
    {
        using var test = new TestHome();
        var time = new FakeTimeProvider(Start);
        var (crashes, seen) = (new List<TestHome>(), new HashSet<string>());
        test.Settings = test.Settings with
        {
            AtCommit = point => Crash(point.ToString()),
            AtStep = Crash,
        };
        void Crash(string step)
        {
            lock (crashes)
            {
                seen.Add(step);
                crashes.Add(test.Copy());
            }
        }

        await using (var ledger = test.Open(time))
        {
            for (var day = 0; day < 3; day++)
            {
                await TestHome.ExchangeAsync(ledger, $"prompt {day}");
                await TestHome.SignAsync(ledger, time);
                time.Advance(TimeSpan.FromDays(1));
            }

            time.Advance(TimeSpan.FromDays(7));
            await ledger.PurgeDueAsync(CancellationToken.None);
            time.Advance(TimeSpan.FromDays(120));
            var result = await ledger.PurgeDueAsync(CancellationToken.None);
            Assert.True(result is { Leaves: > 0, DayKeys: > 0 });
        }

        Assert.Equal(["After", "Before", "checkpoint", "day-keys", "head", "job"], seen.Order(StringComparer.Ordinal));
        Assert.True(crashes.Count > 20);
        foreach (var crash in crashes)
        {
            using (crash)
            {
                Assert.Empty(crash.Verify().Faults);
                await using (crash.Open(time))
                    Assert.Empty(crash.Verify().Faults);
                Assert.Empty(crash.Verify().Faults);
                Assert.Empty(crash.Fatals);
            }
        }
    }

    [Fact]
    public async Task What_a_crash_left_unsigned_is_signed_before_anything_comes_after_it()
    {
        using var test = new TestHome();
        await using var ledger = test.Open(new FakeTimeProvider(Start));
        await TestHome.AppendAsync(ledger, TestHome.Request(ledger.NewId(EntryId.Exchange)));
        using var crash = test.Copy();
        var report = crash.Verify();
        Assert.Equal((0L, 1L), (report.SignedTo, report.After));

        await using (crash.Open(new FakeTimeProvider(Start.AddDays(30))))
        {
            using var reader = LedgerReader.OpenReadOnly(crash.Home);
            Assert.Equal(1, reader.ReadCheckpoints()[0].Size);
            Assert.Equal("gate-stopped", reader.ReadNewest(1)[0].Reason);
        }
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, true)]
    [InlineData(2, true)]
    [InlineData(3, true)]
    [InlineData(4, true)]
    public async Task A_first_start_that_was_cut_off_is_done_again(int kept, bool starts)
    {
        using var test = new TestHome();
        await using (test.Open())
        {
        }

        // In the order in which they are made; the key-encrypting key is the first.
        var files = new[] { "keys/ledger.head", "keys/signing.key", "keys/log.vkey", "ledger.db" };
        foreach (var file in files.Skip(kept))
            File.Delete(Path.Combine(test.Path, file));
        Assert.Equal(starts, await StartsAsync(test));
        Assert.True(test.Verify().IsGood);
    }

    [Fact]
    public async Task Each_head_is_written_to_its_second_place_and_told_as_a_line_that_can_be_compared()
    {
        using var test = new TestHome();
        var lines = new List<string>();
        test.Settings = test.Settings with { OnHead = lines.Add };
        await using (var ledger = test.Open())
        {
            await TestHome.ExchangeAsync(ledger);
            var note = (await ledger.SignCheckpointAsync(CancellationToken.None)).Note;
            Assert.Equal(note, File.ReadAllText(HeadFile.PathIn(test.Home)));
            await TestHome.ExchangeAsync(ledger);
        }

        Assert.Equal(2, lines.Count);
        Assert.StartsWith("ledger head: home/node 2 ", lines[0], StringComparison.Ordinal);
        var log = $"12:00:00 info: gatehouse[0] The gate listens\n12:00:01 info: gatehouse[0] {lines[0]}\n"
            + $"12:00:02 info: gatehouse[0] {lines[1]}\n";
        Assert.Empty(test.Verify(log).Faults);

        using var other = new TestHome();
        await using (var ledger = other.Open())
            await TestHome.ExchangeAsync(ledger);
        Assert.False(other.Verify(log).IsGood);
        Assert.False(test.Verify(log.Replace("home/node 2 ", "home/node 3 ", StringComparison.Ordinal)).IsGood);
    }

    [Fact]
    public async Task A_loss_that_is_accepted_is_on_record_and_goes_on_showing_against_what_was_kept()
    {
        using var test = await MadeAsync();
        var kept = File.ReadAllText(HeadFile.PathIn(test.Home));
        File.Delete(test.Home.LedgerFile);
        var refused = Assert.Throws<HomeException>(() => test.Open());
        Assert.Contains("accept-loss --why", refused.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(test.Home.LedgerFile));

        await AcceptAsync(test);

        Assert.True(await StartsAsync(test));
        Assert.True(test.Verify().IsGood);
        Assert.Contains("kept elsewhere", test.Verify(kept).Faults[0].What, StringComparison.Ordinal);
        using var reader = LedgerReader.OpenReadOnly(test.Home);
        var act = Assert.IsType<ActEntry>(reader.FindEntry(0)!.Leaf!.Entry);
        Assert.Equal(("ledger.accept-loss", "root", "the disk died", "6", "0"),
            (act.Act, act.Who, act.Details["why"], act.Details["head_size"], act.Details["found"]));
    }

    [Fact]
    public async Task An_acceptance_that_is_cut_off_before_its_head_was_remembered_accepts_nothing()
    {
        using var test = await MadeAsync();
        File.Delete(test.Home.LedgerFile);
        TestHome? cut = null;
        test.Settings = test.Settings with
        {
            AtStep = step => cut ??= step == "checkpoint" ? test.Copy() : null,
        };
        await AcceptAsync(test);

        using (cut)
        {
            cut!.Settings = test.Settings with { AtStep = null };
            Assert.False(await StartsAsync(cut));
            await AcceptAsync(cut);
            Assert.True(await StartsAsync(cut));
        }
    }

    [Fact]
    public async Task Nothing_is_accepted_where_nothing_is_lost()
    {
        using var test = await MadeAsync();
        test.Settings = test.Settings with { AcceptLoss = new LossAcceptance(0, "root", "why not") };
        await using var ledger = test.Open();

        Assert.Null(ledger.RecordedLoss);
        Assert.Equal(6, ledger.Health().Entries);
    }

    [Theory]
    [InlineData(40, false)]
    [InlineData(10, true)]
    public async Task Entries_without_a_signature_accuse_somebody_only_where_signing_cannot_explain_them(
        int exchanges, bool isGood)
    {
        using var test = new TestHome();
        var time = new FakeTimeProvider(Start);
        await using var ledger = test.Open(time);
        await TestHome.ExchangeAsync(ledger);
        var older = await TestHome.SignAsync(ledger, time);
        for (var i = 0; i < exchanges; i++)
        {
            // As of a machine that sleeps between two calls.
            time.Advance(TimeSpan.FromHours(1));
            await TestHome.ExchangeAsync(ledger);
        }

        await TestHome.SignAsync(ledger, time);
        Assert.Empty(test.Verify().Faults);
        test.Execute("DELETE FROM checkpoint WHERE size > 2");
        File.WriteAllText(HeadFile.PathIn(test.Home), older);

        var faults = test.Verify().Faults;
        Assert.Equal(isGood, faults.Count == 0);
        Assert.All(faults, fault => Assert.Contains("are not signed", fault.What, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("ledger.db")]
    [InlineData("ledger.db-wal")]
    [InlineData("ledger.db-shm")]
    [InlineData("ledger.db, emptied")]
    public async Task A_file_taken_away_while_the_gate_runs_stops_it_before_the_next_entry(string what)
    {
        using var test = new TestHome();
        await using var ledger = test.Open();
        await TestHome.ExchangeAsync(ledger);
        await ledger.SignCheckpointAsync(CancellationToken.None);
        var path = Path.Combine(test.Path, what.Split(',')[0]);
        if (what.EndsWith("emptied", StringComparison.Ordinal))
            File.WriteAllBytes(path, []);
        else
            File.Delete(path);

        var refused = await TestHome.AppendAsync(ledger, TestHome.Request(ledger.NewId(EntryId.Exchange)));

        Assert.Equal(LedgerRefusal.Stopped, refused.Refusal);
        Assert.Contains(
            "was removed, emptied or replaced", Assert.Single(test.Fatals).Message, StringComparison.Ordinal);
        using var crash = test.Copy();
        if (path != test.Home.LedgerFile)
            Assert.Equal((true, 2L), (await StartsAsync(crash), crash.Verify().Leaves));
        else // SQLite may have filled the emptied file again from the WAL.
            Assert.True(!await StartsAsync(crash) || crash.Verify() is { Leaves: 2, IsGood: true });
    }

    [Fact]
    public async Task A_gate_that_nobody_calls_notices_too_that_its_ledger_was_taken_away()
    {
        using var test = new TestHome();
        await using var ledger = test.Open();
        await TestHome.ExchangeAsync(ledger);
        File.Delete(test.Home.LedgerFile);

        for (var i = 0; i < 500 && test.Fatals.Count == 0; i++)
            await Task.Delay(20, TestContext.Current.CancellationToken);

        Assert.Single(test.Fatals);
    }

    [Fact]
    public async Task What_is_derived_can_be_rebuilt_from_the_leaves()
    {
        using var test = await MadeAsync();
        var before = Rows(test);
        test.Execute("UPDATE exchange SET job = 'innocent', status = 500; DELETE FROM exchange WHERE idx = 2; "
            + "DELETE FROM act; INSERT INTO act VALUES (1)");
        Assert.All(test.Verify().Faults, fault => Assert.True(fault.IsDerived));

        await using (var ledger = test.Open())
            Assert.Equal((LedgerRefusal.None, 3L), await ledger.RebuildAsync());

        Assert.Equal(before, Rows(test));
        Assert.Empty(test.Verify().Faults);
    }

    [Fact]
    public async Task An_outcome_that_is_corrected_much_later_is_good_and_has_to_be_in_the_table()
    {
        using var test = new TestHome();
        await using (var ledger = test.Open())
        {
            var id = await TestHome.ExchangeAsync(ledger);
            for (var i = 0; i < 600; i++)
                await TestHome.AppendAsync(ledger, TestHome.Act(ledger, "test"));
            await TestHome.AppendAsync(ledger, new LedgerDraft
            {
                Entry = new OutcomeEntry
                {
                    Id = ledger.NewId(EntryId.Outcome),
                    Of = id,
                    Outcome = ExchangeOutcome.ClientAborted,
                    Status = 200,
                    Flags = ["corrected"],
                },
            });
        }

        Assert.Empty(test.Verify().Faults);
        test.Execute("UPDATE exchange SET outcome = 'completed', outcome_idx = 2, flags = NULL, output_tokens = 5");
        Assert.True(Assert.Single(test.Verify().Faults).IsDerived);
    }

    [Fact]
    public void What_is_derived_for_people_is_read_and_compared_whole()
    {
        using var connection = StoreConnection.OpenInMemory(StoreConnection.VersionMax);
        using var names = new SqlStatement(
            connection, "SELECT group_concat(name, ', ') FROM pragma_table_info('exchange')");

        Assert.True(names.Step());
        Assert.Equal(ExchangeRow.Columns, names.Text(0));
    }

    [Fact]
    public async Task What_is_derived_can_be_rebuilt_after_a_purge_too()
    {
        using var test = new TestHome();
        var time = new FakeTimeProvider(Start);
        await using var ledger = test.Open(time);
        await TestHome.ExchangeAsync(ledger);
        await TestHome.SignAsync(ledger, time);
        time.Advance(TimeSpan.FromDays(100));
        await TestHome.ExchangeAsync(ledger);
        Assert.Equal(2, (await ledger.PurgeDueAsync(CancellationToken.None)).Leaves);
        test.Execute("UPDATE exchange SET job = 'innocent'");
        Assert.True(Assert.Single(test.Verify().Faults).IsDerived);

        Assert.Equal((LedgerRefusal.None, 1L), await ledger.RebuildAsync());
        Assert.Empty(test.Verify().Faults);
    }

    internal static async Task<bool> StartsAsync(TestHome test)
    {
        try
        {
            await using (test.Open())
                return true;
        }
        catch (HomeException e)
        {
            Assert.NotEmpty(e.Message);
            return false;
        }
    }

    private static async Task<TestHome> MadeAsync()
    {
        var test = new TestHome();
        await using var ledger = test.Open();
        for (var i = 0; i < 3; i++)
            await TestHome.ExchangeAsync(ledger);
        return test;
    }

    private static async Task AcceptAsync(TestHome test)
    {
        var usual = test.Settings;
        test.Settings = usual with { AcceptLoss = new LossAcceptance(0, "root", "the disk died") };
        await using (var ledger = test.Open())
            Assert.NotNull(ledger.RecordedLoss);
        test.Settings = usual;
    }

    private static string Rows(TestHome test)
    {
        using var reader = LedgerReader.OpenReadOnly(test.Home);
        var rows = new StringBuilder();
        foreach (var row in reader.ReadExchanges(null, 0, 100))
            rows.Append(row).Append('\n');
        return rows.ToString();
    }
}
