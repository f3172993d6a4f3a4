using System.Diagnostics;
using System.Text;
using Gatehouse.Core.Ledger;
using Gatehouse.Storage;

namespace Gatehouse.Tests.Storage;

public sealed class LedgerAppendTests
{
    [Fact]
    public async Task What_was_appended_is_read_back_with_its_payloads()
    {
        using var test = new TestHome();
        await using var ledger = test.Open();
        var id = await TestHome.ExchangeAsync(ledger, "what is new?", "nothing");

        using var reader = LedgerReader.OpenReadOnly(test.Home);
        var exchange = reader.FindExchange(id)!;
        Assert.Equal(("news", "llama", "completed", 200L),
            (exchange.Job, exchange.Model, exchange.Outcome, exchange.Status));
        var payloads = reader.ReadPayloads(exchange, ledger.Keys);
        Assert.Equal(
            [(PayloadKind.Received, "what is new?"), (PayloadKind.Forwarded, "what is new?"),
                (PayloadKind.Delivered, "nothing")],
            payloads.Select(payload => (payload.Record.Kind, Encoding.UTF8.GetString(payload.Bytes!))));
    }

    [Fact]
    public async Task Equal_payloads_of_an_entry_are_stored_once()
    {
        using var test = new TestHome();
        await using var ledger = test.Open();
        await TestHome.ExchangeAsync(ledger, "the same", "another");

        using var reader = LedgerReader.OpenReadOnly(test.Home);
        Assert.Equal(2, reader.CountPayloads(long.MaxValue));
        Assert.Equal(PayloadKind.Received, reader.FindEntry(0)!.Leaf!.Payloads[1].SameAs);
    }

    [Fact]
    public async Task Many_lanes_at_once_lose_nothing_and_keep_the_order_of_time()
    {
        using var test = new TestHome();
        var ids = new List<string>[16];
        await using (var ledger = test.Open())
        {
            await Task.WhenAll(Enumerable.Range(0, ids.Length).Select(lane => Task.Run(async () =>
            {
                ids[lane] = [];
                for (var i = 0; i < 50; i++)
                    ids[lane].Add(await TestHome.ExchangeAsync(ledger, $"prompt {lane} {i}"));
            })));
        }

        using var reader = LedgerReader.OpenReadOnly(test.Home);
        Assert.Equal(1600, reader.Count());
        Assert.All(ids.SelectMany(lane => lane), id => Assert.Equal("completed", reader.FindExchange(id)!.Outcome));
        var report = test.Verify();
        Assert.Empty(report.Faults);
        Assert.Equal((1600, 1600L, 0L), (report.Payloads!.Checked, report.SignedTo, report.After));
    }

    [Fact]
    public async Task A_ledger_goes_on_where_it_ended()
    {
        using var test = new TestHome();
        for (var round = 0; round < 3; round++)
        {
            await using var ledger = test.Open();
            await TestHome.ExchangeAsync(ledger);
            Assert.Equal(2 * (round + 1), ledger.Health().Entries);
        }

        Assert.True(test.Verify().IsGood);
    }

    [Fact]
    public async Task A_request_without_an_outcome_is_sealed_as_interrupted_at_the_next_start()
    {
        using var test = new TestHome();
        string open;
        await using (var ledger = test.Open())
        {
            await TestHome.ExchangeAsync(ledger);
            open = ledger.NewId(EntryId.Exchange);
            await TestHome.AppendAsync(ledger, TestHome.Request(open, "never answered"));
        }

        await using (test.Open())
        {
            using var reader = LedgerReader.OpenReadOnly(test.Home);
            Assert.Equal("interrupted", reader.FindExchange(open)!.Outcome);
            Assert.Equal(4, reader.Count());
        }

        await using (test.Open())
        {
            using var reader = LedgerReader.OpenReadOnly(test.Home);
            Assert.Equal(4, reader.Count());
        }

        Assert.True(test.Verify().IsGood);
    }

    [Fact]
    public async Task A_refusal_before_any_request_is_an_exchange_of_its_own()
    {
        using var test = new TestHome();
        await using var ledger = test.Open();
        var id = ledger.NewId(EntryId.Exchange);
        await TestHome.AppendAsync(ledger, new LedgerDraft
        {
            Entry = new OutcomeEntry
            {
                Id = ledger.NewId(EntryId.Outcome),
                Of = id,
                Outcome = ExchangeOutcome.Refused,
                Status = 403,
                Reason = "paused",
                Call = TestHome.Call,
            },
        });

        using var reader = LedgerReader.OpenReadOnly(test.Home);
        var row = reader.FindExchange(id)!;
        Assert.Equal(("refused", "paused", "news"), (row.Outcome, row.Reason, row.Job));
    }

    [Fact]
    public async Task An_entry_too_large_for_a_leaf_is_refused_and_leaves_nothing_behind()
    {
        using var test = new TestHome();
        await using var ledger = test.Open();
        var draft = TestHome.Request(ledger.NewId(EntryId.Exchange)) with
        {
            Entry = new RequestEntry
            {
                Id = ledger.NewId(EntryId.Exchange),
                Call = TestHome.Call with { Endpoint = new string('x', 70_000) },
            },
        };

        Assert.Equal(LedgerRefusal.TooLarge, (await TestHome.AppendAsync(ledger, draft)).Refusal);
        Assert.Equal(0, ledger.Health().Entries);
        Assert.Equal(0, ledger.Health().Queued);
    }

    [Fact]
    public async Task A_large_payload_is_kept_whole()
    {
        using var test = new TestHome();
        await using var ledger = test.Open();
        var id = await TestHome.ExchangeAsync(ledger, new string('a', 5_000_000), null);

        using var reader = LedgerReader.OpenReadOnly(test.Home);
        var payloads = reader.ReadPayloads(reader.FindExchange(id)!, ledger.Keys);
        Assert.Equal(5_000_000, payloads[0].Bytes!.Length);
    }

    [Fact]
    public async Task A_state_change_stands_with_its_entry()
    {
        using var test = new TestHome();
        await using var ledger = test.Open();
        var draft = TestHome.Act(ledger, "pause") with { StateChange = PauseOf("news") };

        Assert.True((await TestHome.AppendAsync(ledger, draft)).IsDurable);

        using var reader = LedgerReader.OpenReadOnly(test.Home);
        Assert.Equal("news", Assert.Single(StateReader.Pauses(test.Home)).Job);
        Assert.Single(reader.ReadActs(0, 10));
    }

    [Fact]
    public async Task A_state_change_that_throws_takes_only_its_own_entry_with_it()
    {
        using var test = new TestHome();
        await using var ledger = test.Open();
        var token = new StateChange.IssueToken(new StoredToken
        {
            Id = "tok_1",
            Hash = new byte[32],
            Job = "news",
            Issued = DateTimeOffset.UnixEpoch,
            Expires = DateTimeOffset.UnixEpoch,
        });
        await TestHome.AppendAsync(ledger, TestHome.Act(ledger, "first") with { StateChange = token });
        var good =
            Enumerable.Range(0, 20).Select(i => TestHome.AppendAsync(ledger, TestHome.Act(ledger, $"good {i}")))
            .ToList();
        var bad = TestHome.AppendAsync(
            ledger, TestHome.Act(ledger, "bad") with { StateChange = new StateChange.Both(PauseOf("bad"), token) });
        var wrong = TestHome.AppendAsync(
            ledger, TestHome.Act(ledger, "wrong") with { StateChange = PauseOf(null!) });

        await Assert.ThrowsAsync<StateConflictException>(() => bad);
        await Assert.ThrowsAsync<StateConflictException>(() => wrong);
        Assert.All(await Task.WhenAll(good), result => Assert.True(result.IsDurable));
        using var reader = LedgerReader.OpenReadOnly(test.Home);
        Assert.Equal(21, reader.Count());
        Assert.Empty(StateReader.Pauses(test.Home));
        Assert.Empty(test.Fatals);
        await ledger.SignCheckpointAsync(CancellationToken.None);
        Assert.True(test.Verify().IsGood);
    }

    [Fact]
    public async Task Openssl_agrees_with_the_signature_of_a_checkpoint()
    {
        using var test = new TestHome();
        await using var ledger = test.Open();
        await TestHome.ExchangeAsync(ledger);
        var note = (await ledger.SignCheckpointAsync(CancellationToken.None)).Note!;

        Assert.True(SignedNote.TryParse(note, out var parsed));
        // RFC 8410 section 4: what precedes the 32 bytes of an Ed25519 key in a public key file.
        byte[] der = [.. Convert.FromHexString("302a300506032b6570032100"), .. ledger.Key!.PublicKey.Span];
        var file = (string name) => Path.Combine(test.Path, name);
        File.WriteAllText(file("key.pem"),
            $"-----BEGIN PUBLIC KEY-----\n{Convert.ToBase64String(der)}\n-----END PUBLIC KEY-----\n");
        File.WriteAllText(file("text"), parsed.Text);
        File.WriteAllBytes(file("signature"), parsed.Signatures[0].Signature.ToArray());

        Assert.Equal(0, await OpensslAsync(file));
        File.WriteAllText(file("text"), parsed.Text.Replace("home/node", "home/nodf", StringComparison.Ordinal));
        Assert.NotEqual(0, await OpensslAsync(file));
    }

    [Fact]
    public async Task A_closed_ledger_refuses()
    {
        using var test = new TestHome();
        var ledger = test.Open();
        var draft = TestHome.Act(ledger, "late");
        await ledger.DisposeAsync();

        Assert.Equal(LedgerRefusal.Stopped, (await TestHome.AppendAsync(ledger, draft)).Refusal);
        Assert.Empty(test.Fatals);
    }

    [Fact]
    public async Task Reading_by_job_by_time_and_in_pages_finds_everything_once()
    {
        using var test = new TestHome();
        var time =
            new Microsoft.Extensions.Time.Testing.FakeTimeProvider(
            new DateTimeOffset(2026, 1, 1, 0, 30, 0, TimeSpan.Zero));
        await using var ledger = test.Open(time);
        for (var i = 0; i < 10; i++)
        {
            await TestHome.ExchangeAsync(ledger);
            time.Advance(TimeSpan.FromHours(1));
        }

        await TestHome.AppendAsync(ledger, TestHome.Act(ledger, "pause"));
        using var reader = LedgerReader.OpenReadOnly(test.Home);
        var since = new DateTimeOffset(2026, 1, 1, 5, 0, 0, TimeSpan.Zero);
        Assert.Equal(10, reader.FirstSince(since));
        Assert.Equal(0, reader.FirstSince(default));
        Assert.Equal(21, reader.FirstSince(since.AddYears(1)));
        Assert.Equal(5, reader.ReadExchanges("news", reader.FirstSince(since), 100).Count);
        Assert.Empty(reader.ReadExchanges("other", 0, 100));
        var pages = new List<long>();
        for (long next = 0; reader.ReadEntries(next, 4) is { Count: > 0 } page; next = page[^1].Index + 1)
            pages.AddRange(page.Select(entry => entry.Index));
        Assert.Equal(Enumerable.Range(0, 21).Select(i => (long)i), pages);
        var stats = reader.ReadStats(since);
        Assert.Equal(5, stats.Count);
        Assert.All(stats, row =>
            Assert.Equal(("news", "llama", "completed", 1L, 5L),
            (row.Job, row.Model, row.Outcome, row.Exchanges, row.OutputTokens)));
    }

    private static StateChange.PauseJob PauseOf(string job) =>
        new(new StoredPause(job, "root", DateTimeOffset.UnixEpoch, ""));

    private static async Task<int> OpensslAsync(Func<string, string> file)
    {
        var start =
            new ProcessStartInfo("openssl", ["pkeyutl", "-verify", "-pubin", "-inkey", file("key.pem"), "-rawin",
            "-in", file("text"), "-sigfile", file("signature")])
            { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        await process.WaitForExitAsync();
        return process.ExitCode;
    }
}
