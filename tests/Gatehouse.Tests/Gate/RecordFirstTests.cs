using System.Net;
using Gatehouse.Storage;

namespace Gatehouse.Tests.Gate;

/// <summary>The two promises of the ledger, with the ledger broken on purpose.</summary>
public sealed class RecordFirstTests(FaultyStage stage) : IClassFixture<FaultyStage>, IDisposable
{
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(250);

    private static readonly (LedgerRefusal Ledger, string Reason, string RetryAfter)[] Refusals =
    [
        (LedgerRefusal.DiskFull, "ledger_unavailable", "5"),
        (LedgerRefusal.ReadOnly, "ledger_unavailable", "5"),
        (LedgerRefusal.Stopped, "ledger_unavailable", "5"),
        (LedgerRefusal.Busy, "overloaded", "2"),
        (LedgerRefusal.LedgerFull, "ledger_full", "60"),
    ];

    public static TheoryData<string, bool> Ways => GateDialect.NamesStreamedAndWhole;

    public static TheoryData<string> Dialects => GateDialect.Names;

    public void Dispose() => stage.Ledger.Fix();

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Nothing_reaches_a_model_when_the_request_cannot_be_recorded(string name, bool stream)
    {
        var dialect = GateDialect.Of(name);
        foreach (var (ledger, reason, retryAfter) in Refusals)
        {
            stage.Gate.Model.Calls.Clear();
            stage.Ledger.OnRequest = ledger;

            using var response = await stage.Gate.PostAsync(dialect.Path, dialect.Body("hello", stream), stage.Token);
            var answer = await WireAnswer.ReadAsync(response);

            Assert.Equal(503, answer.Status);
            Assert.Equal(reason, Assert.Single(response.Headers.GetValues("X-Gatehouse-Reason")));
            Assert.Equal(retryAfter, Assert.Single(response.Headers.GetValues("Retry-After")));
            Assert.False(response.Headers.Contains("x-should-retry"), "A full disk may be over: it may be retried.");
            dialect.HasError(answer.Text);
            Assert.Equal(0, stage.ModelCalls());
        }
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_model_is_called_only_after_the_record_of_the_request_is_durable(string name, bool stream)
    {
        var dialect = GateDialect.Of(name);
        stage.Gate.Model.Calls.Clear();
        stage.Ledger.HoldRequests();

        var call = stage.Gate.PostAsync(dialect.Path, dialect.Body("hello", stream), stage.Token);
        await stage.Ledger.HeldAsync();
        await Task.Delay(Quiet, TestContext.Current.CancellationToken);

        Assert.Equal(0, stage.ModelCalls());
        stage.Ledger.Fix();
        using var response = await call;
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(1, stage.ModelCalls());
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task A_whole_answer_whose_outcome_cannot_be_recorded_stays_in_the_gate(string name)
    {
        var dialect = GateDialect.Of(name);
        foreach (var (ledger, reason, _) in Refusals)
        {
            stage.Ledger.OnOutcome = ledger;

            using var response = await stage.Gate.PostAsync(
                dialect.Path, dialect.Body("[[tokens=3 header=X-Request-Id:req_7]]", false), stage.Token);
            var answer = await WireAnswer.ReadAsync(response);

            Assert.Equal(503, answer.Status);
            Assert.Equal(reason, Assert.Single(response.Headers.GetValues("X-Gatehouse-Reason")));
            Assert.DoesNotContain("word", answer.Text, StringComparison.Ordinal);
            Assert.False(response.Headers.Contains("X-Request-Id"), "The model's headers belong to its answer.");
            dialect.HasError(answer.Text);
        }
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task A_stream_whose_outcome_cannot_be_recorded_is_broken_off_in_error(string name)
    {
        var dialect = GateDialect.Of(name);
        foreach (var (ledger, _, _) in Refusals)
        {
            stage.Ledger.OnOutcome = ledger;

            using var response = await stage.Gate.PostAsync(
                dialect.Path, dialect.Body("[[tokens=3]]", true), stage.Token);
            var answer = await WireAnswer.ReadAsync(response);

            Assert.Contains("word2", answer.Text, StringComparison.Ordinal);
            dialect.HasNoEnd(answer.Text);
            dialect.HasError(answer.Text);
            Assert.True(answer.Broke, "The connection ended as if the answer were whole.");
        }
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task Nothing_of_a_whole_answer_leaves_before_its_outcome_is_durable(string name)
    {
        var dialect = GateDialect.Of(name);
        stage.Ledger.HoldOutcomes();
        using var caller = await RawCaller.ConnectAsync(stage.Gate.Server.GateAddress);

        await caller.PostAsync(dialect.Path, dialect.Body("[[tokens=3]]", false), stage.Token);
        await stage.Ledger.HeldAsync();

        Assert.Equal("", await caller.ReceiveUntilQuietAsync(Quiet));
        stage.Ledger.Fix();
        Assert.StartsWith("HTTP/1.1 200", await caller.ReceiveUntilAsync("word2"), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task Of_a_stream_everything_leaves_but_its_end_before_its_outcome_is_durable(string name)
    {
        var dialect = GateDialect.Of(name);
        stage.Ledger.HoldOutcomes();
        using var caller = await RawCaller.ConnectAsync(stage.Gate.Server.GateAddress);

        await caller.PostAsync(dialect.Path, dialect.Body("[[tokens=3]]", true), stage.Token);
        await stage.Ledger.HeldAsync();
        var before = await caller.ReceiveUntilQuietAsync(Quiet);

        Assert.Contains("word2", before, StringComparison.Ordinal);
        dialect.HasNoEnd(before);
        stage.Ledger.Fix();
        await caller.ReceiveUntilAsync(dialect.TerminalMarks[0]);
        await caller.ReceiveUntilAsync("\r\n0\r\n\r\n");
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_ledger_that_breaks_in_an_unknown_way_lets_nothing_complete_out(string name, bool stream)
    {
        var dialect = GateDialect.Of(name);
        stage.Ledger.ThrowsOnOutcome = true;

        using var response = await stage.Gate.PostAsync(
            dialect.Path, dialect.Body("[[tokens=3]]", stream), stage.Token);
        var answer = await WireAnswer.ReadAsync(response);

        dialect.HasNoEnd(answer.Text);
        Assert.Equal(stream ? 200 : 500, answer.Status);
        Assert.Equal(stream, answer.Broke);
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task A_pause_breaks_a_stream_at_once_although_the_ledger_hangs(string name)
    {
        var dialect = GateDialect.Of(name);
        using var response = await stage.Gate.PostAsync(
            dialect.Path, dialect.Body("[[endless delay-token=5]]", true), stage.Token);
        stage.Ledger.HoldOutcomes();
        var reading = WireAnswer.ReadAsync(response);

        var paused = stage.Gate.ActAsync("pause", ("job", "all"), ("why", "test"));
        await stage.Ledger.HeldAsync();
        var broken = await Task.WhenAny(reading, Task.Delay(2000, TestContext.Current.CancellationToken)) == reading;
        stage.Ledger.Fix();
        var answer = await reading;

        Assert.True(broken && answer.Broke, "The stream waited for the ledger.");
        dialect.HasNoEnd(answer.Text);
        dialect.HasError(answer.Text);
        await paused;
        await stage.Gate.ActAsync("resume", ("job", "all"));
        var exchange = Assert.Single(response.Headers.GetValues("X-Gatehouse-Exchange"));
        Assert.Equal("interrupted", (await stage.Gate.EndedAsync(exchange)).Outcome);
    }

    [Fact]
    public async Task Even_a_refusal_is_a_503_when_it_cannot_be_recorded()
    {
        stage.Ledger.OnOutcome = LedgerRefusal.DiskFull;

        using var response = await stage.Gate.PostAsync(
            "/v1/chat/completions", GateTexts.OpenAiChat("hello", model: "not-mine"), stage.Token);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
    }
}
