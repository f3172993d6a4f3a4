using Gatehouse.Core.Ledger;
using Gatehouse.Storage;

namespace Gatehouse.Tests.Storage;

/// <summary>A ledger at its limit: what it still takes, and that nobody can use up the room for stopping.</summary>
public sealed class LedgerReserveTests
{
    [Fact]
    public async Task A_full_ledger_takes_outcomes_and_what_stops_something_and_nothing_else()
    {
        using var test = new TestHome();
        test.Settings = test.Settings with { BytesMax = 1 << 20 };
        await using var ledger = test.Open();
        var open = new List<string>();
        for (var i = 0; i < 24; i++)
        {
            open.Add(ledger.NewId(EntryId.Exchange));
            Assert.True((await TestHome.AppendAsync(ledger, TestHome.Request(open[^1]))).IsDurable);
        }

        // A loop that only asks for tokens ends at the limit like one that calls.
        var acts = 0;
        while ((await TestHome.AppendAsync(ledger, TestHome.Act(ledger, "token.issue"))).IsDurable && acts < 5000)
            acts++;
        Assert.InRange(acts, 10, 4000);
        foreach (var act in (string[])["exec.start", "resume", "start", "payload.read"])
        {
            var refused = await TestHome.AppendAsync(ledger, TestHome.Act(ledger, act));
            Assert.Equal(LedgerRefusal.LedgerFull, refused.Refusal);
        }

        Assert.Equal(
            LedgerRefusal.LedgerFull,
            (await TestHome.AppendAsync(ledger, TestHome.Request(ledger.NewId(EntryId.Exchange)))).Refusal);

        // Outcomes have room of their own, and cannot use up that of pauses.
        var notWritten = 0;
        foreach (var exchange in open)
        {
            var outcome = TestHome.Outcome(ledger, exchange, new string((char)('a' + notWritten), 1_000_000));
            if (!(await TestHome.AppendAsync(ledger, outcome)).IsDurable)
                notWritten++;
        }

        Assert.InRange(notWritten, 5, 12);
        foreach (var act in (string[])["pause", "token.revoke", "token.leaked", "clock.confirm"])
            Assert.True((await TestHome.AppendAsync(ledger, TestHome.Act(ledger, act))).IsDurable, act);
        Assert.Equal(LedgerRefusal.None, (await ledger.PurgeDueAsync(CancellationToken.None)).Refusal);
        Assert.True((await TestHome.AppendAsync(ledger, new LedgerDraft
        {
            Entry = new PurgeEntry { Id = ledger.NewId(EntryId.Purge), DueBefore = ledger.Now, LeavesBelow = 0 },
        })).IsDurable);
    }
}
