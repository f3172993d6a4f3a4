using Gatehouse.Core.Approvals;
using Gatehouse.Gate;
using Gatehouse.Tests.Storage;

namespace Gatehouse.Tests.Gate;

/// <summary>Calls that wait for a person, before any feature says which do.</summary>
public sealed class HeldCallTests
{
    private const string Estate = """
        estate: 1
        name: test
        node: held
        listen: { gate: "127.0.0.1:0", control: "127.0.0.1:0" }
        models:
          llama:  { provider: ollama, url: "{model}", name: "llama3.2:3b" }
          gpt:    { provider: openai, url: "{model}/v1", name: gpt-4o-mini }
          claude: { provider: anthropic, url: "{model}", name: claude-haiku-4-5 }
        jobs:
          all:
            owner: tester
            models: [llama, gpt, claude]
            source: { kind: prompt }
            sink: none
            limits: { concurrent: {concurrent}, tokens-per-day: 100000000 }
        """;

    private static readonly HeldActor Ann = new(1000, "ann");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_held_call_outlives_a_restart_and_is_answered_when_it_is_sent_again()
    {
        await using var stage = await StartAsync(TimeSpan.FromHours(1));
        var token = await stage.TokenAsync("all");
        var first = ChatAsync(stage, token, "HOLD this");
        var item = await WaitingAsync(stage);
        Assert.Equal(0, Posts(stage));

        await stage.RestartAsync();
        using (var cut = await first)
            Assert.Equal((503, "overloaded"), ((int)cut.StatusCode, RightsStage.ReasonOf(cut)));
        Assert.Equal(item, Assert.Single(stage.Server.Parts.Held.All));

        var again = ChatAsync(stage, token, "HOLD this");
        await UntilAsync(() => stage.Server.Parts.InFlight.Count == 1 && Concurrent(stage) == 0);
        Assert.Equal(item, Assert.Single(stage.Server.Parts.Held.All));
        Assert.Equal(0, Posts(stage));
        Assert.True((await stage.Server.Parts.Held.ApproveAsync(item.Id, Ann, "fine")).IsDone);
        using (var answered = await again)
            Assert.Equal(200, (int)answered.StatusCode);

        Assert.Equal(1, Posts(stage));
        Assert.Empty(stage.Server.Parts.Held.All);
        Assert.Equal(
            ["interrupted", "completed"], stage.Exchanges().Select(row => row.Outcome));
        Assert.Equal(("ann", "fine"), (stage.Acts("hold.approve").Single().Who,
            stage.Acts("hold.approve").Single().Details["why"]));
        Assert.Equal(stage.Exchanges()[1].Id, stage.Acts("hold.consume").Single().Details["exchange"]);
        Assert.Equal(stage.Exchanges()[0].Id, stage.Acts("hold").Single().Details["exchange"]);
    }

    [Fact]
    public async Task A_decision_while_nobody_waits_is_there_for_the_next_try_and_counts_once()
    {
        await using var stage = await StartAsync(TimeSpan.FromHours(1));
        var token = await stage.TokenAsync("all");
        var first = ChatAsync(stage, token, "HOLD this");
        var item = await WaitingAsync(stage);
        await stage.RestartAsync();
        (await first).Dispose();
        await stage.Server.Parts.Held.ApproveAsync(item.Id, Ann, "");
        await stage.RestartAsync();

        using (var answered = await ChatAsync(stage, token, "HOLD this"))
            Assert.Equal(200, (int)answered.StatusCode);
        var third = ChatAsync(stage, token, "HOLD this");
        var next = await WaitingAsync(stage);
        Assert.NotEqual(item.Id, next.Id);
        Assert.Equal(1, Posts(stage));
        await stage.Server.Parts.Held.DenyAsync(next.Id, Ann, "");
        (await third).Dispose();
    }

    [Fact]
    public async Task A_call_that_waits_has_neither_memory_nor_a_place_and_goes_on_with_the_bytes_it_came_with()
    {
        await using var stage = await StartAsync(TimeSpan.FromHours(1));
        var token = await stage.TokenAsync("all");
        var text = "HOLD " + new string('x', 3_000_000);
        var held = ChatAsync(stage, token, text);
        var item = await WaitingAsync(stage);
        await UntilAsync(() => Concurrent(stage) == 0);
        Assert.Equal(0, stage.Server.Parts.BodyRoom.Used);

        // The job may have one call at a time, and has.
        using (var other = await ChatAsync(stage, token, "hello"))
            Assert.Equal(200, (int)other.StatusCode);
        await stage.Server.Parts.Held.ApproveAsync(item.Id, Ann, "");
        using (var answered = await held)
        {
            Assert.Equal(200, (int)answered.StatusCode);
            var read = await WireAnswer.ReadAsync(answered);
            Assert.NotEmpty(read.Text);
        }
        var sent = stage.Model.Calls.Snapshot().Last(call => call.Method == "POST").Body;
        Assert.Equal(GateTexts.OpenAiChat(text), System.Text.Encoding.UTF8.GetString(sent.Span));
        await UntilAsync(() => stage.Server.Parts.BodyRoom.Used == 0 && Concurrent(stage) == 0);
    }

    [Theory]
    [MemberData(nameof(GateDialect.NamesStreamedAndWhole), MemberType = typeof(GateDialect))]
    public async Task A_call_that_a_person_denies_is_refused_in_its_own_dialect(string name, bool stream)
    {
        var dialect = GateDialect.Of(name);
        await using var stage = await StartAsync(TimeSpan.FromHours(1));
        var held = stage.PostAsync(dialect.Path, dialect.Body("HOLD this", stream), await stage.TokenAsync("all"));
        var item = await WaitingAsync(stage);
        await stage.Server.Parts.Held.DenyAsync(item.Id, Ann, "not this");

        using var response = await held;
        var answer = await WireAnswer.ReadAsync(response);
        Assert.Equal((403, "hold_denied"), (answer.Status, RightsStage.ReasonOf(response)));
        Assert.Equal("false", response.Headers.GetValues("x-should-retry").Single());
        Assert.Contains("ann said no: not this", answer.Text, StringComparison.Ordinal);
        dialect.HasError(answer.Text);
        Assert.Equal(0, Posts(stage));
        var row = Assert.Single(stage.Exchanges());
        Assert.Equal(("refused", "hold_denied", 0L), (row.Outcome, row.Reason, row.OutputTokens ?? 0));
        Assert.Empty(stage.Server.Parts.Held.All);
    }

    [Fact]
    public async Task A_call_that_nobody_decides_is_refused_when_its_own_time_is_over()
    {
        await using var stage = await StartAsync(TimeSpan.FromMilliseconds(400));
        using var response = await ChatAsync(stage, await stage.TokenAsync("all"), "HOLD this");

        Assert.Equal((403, "hold_expired"), ((int)response.StatusCode, RightsStage.ReasonOf(response)));
        Assert.Equal(0, Posts(stage));
        Assert.Equal("refused", Assert.Single(stage.Exchanges()).Outcome);
        Assert.Equal("expired", stage.Acts("hold.consume").Single().Details["verdict"]);
    }

    [Fact]
    public async Task A_wait_has_its_own_limit_and_not_that_of_a_silent_model()
    {
        var time = new FakeClock(new DateTimeOffset(2026, 5, 1, 12, 0, 0, TimeSpan.Zero));
        await using var stage = await StartAsync(TimeSpan.FromHours(3), time: time);
        var held = ChatAsync(stage, await stage.TokenAsync("all"), "HOLD this");
        var item = await WaitingAsync(stage);
        await UntilAsync(() => Concurrent(stage) == 0);
        for (var minutes = 0; minutes < 120; minutes += 10)
        {
            time.Advance(TimeSpan.FromMinutes(10));
            await Task.Delay(20, Stop);
        }

        Assert.False(held.IsCompleted);
        Assert.True((await stage.Server.Parts.Held.ApproveAsync(item.Id, Ann, "")).IsDone);
        using var answered = await held;
        Assert.Equal(200, (int)answered.StatusCode);
    }

    [Fact]
    public async Task One_approval_lets_one_of_two_equal_calls_through()
    {
        await using var stage = await StartAsync(TimeSpan.FromHours(1), concurrent: 2);
        var token = await stage.TokenAsync("all");
        var first = ChatAsync(stage, token, "HOLD this");
        var item = await WaitingAsync(stage);
        await UntilAsync(() => Concurrent(stage) == 0);
        var second = ChatAsync(stage, token, "HOLD this");
        await UntilAsync(() => stage.Server.Parts.InFlight.Count == 2 && Concurrent(stage) == 0);
        Assert.Single(stage.Server.Parts.Held.All);

        await stage.Server.Parts.Held.ApproveAsync(item.Id, Ann, "");
        var answered = await Task.WhenAny(first, second);
        Assert.Equal(200, (int)(await answered).StatusCode);
        var next = await WaitingAsync(stage);
        Assert.NotEqual(item.Id, next.Id);
        Assert.Equal(1, Posts(stage));
        await stage.Server.Parts.Held.DenyAsync(next.Id, Ann, "");
        (await first).Dispose();
        (await second).Dispose();
    }

    [Fact]
    public async Task A_pause_ends_a_call_that_waits_and_it_goes_on_waiting_after_the_pause()
    {
        await using var stage = await StartAsync(TimeSpan.FromHours(1));
        var token = await stage.TokenAsync("all");
        var held = ChatAsync(stage, token, "HOLD this");
        var item = await WaitingAsync(stage);
        await stage.ActAsync("pause", ("job", "all"));
        using (var response = await held)
            Assert.Equal((403, "paused"), ((int)response.StatusCode, RightsStage.ReasonOf(response)));

        await stage.ActAsync("resume", ("job", "all"));
        await stage.Server.Parts.Held.ApproveAsync(item.Id, Ann, "");
        using var answered = await ChatAsync(stage, token, "HOLD this");
        Assert.Equal(200, (int)answered.StatusCode);
        Assert.Equal(["interrupted", "completed"], stage.Exchanges().Select(row => row.Outcome));
        Assert.Equal(0, stage.Exchanges()[0].OutputTokens ?? 0);
    }

    [Fact]
    public async Task Other_bytes_another_model_and_a_call_that_nobody_holds_need_no_verdict_of_this_one()
    {
        await using var stage = await StartAsync(TimeSpan.FromHours(1));
        var token = await stage.TokenAsync("all");
        var first = ChatAsync(stage, token, "HOLD this");
        var item = await WaitingAsync(stage);
        await stage.Server.Parts.Held.ApproveAsync(item.Id, Ann, "");
        using (var answered = await first) Assert.Equal(200, (int)answered.StatusCode);

        var other = ChatAsync(stage, token, "HOLD that");
        var next = await WaitingAsync(stage);
        Assert.NotEqual(item.Digest, next.Digest);
        await stage.Server.Parts.Held.DenyAsync(next.Id, Ann, "");
        using (var refused = await other) Assert.Equal(403, (int)refused.StatusCode);
        using var free = await ChatAsync(stage, token, "hello");
        Assert.Equal(200, (int)free.StatusCode);
    }

    private static Task<GateStage> StartAsync(
        TimeSpan limit, int concurrent = 1, TimeProvider? time = null) => GateStage.StartAsync(
        Estate.Replace("{concurrent}", $"{concurrent}", StringComparison.Ordinal),
        time: time,
        change: setup => setup with
        {
            Hold = call => call.Body.Received.Span.IndexOf("HOLD"u8) >= 0
                ? new HoldOrder($"a call of {call.Caller.Job.Key} to {call.Model!.Key}", limit) : null,
        });

    private static Task<HttpResponseMessage> ChatAsync(GateStage stage, string token, string text)
        => stage.PostAsync("/v1/chat/completions", GateTexts.OpenAiChat(text), token);

    private static int Posts(GateStage stage)
        => stage.Model.Calls.Snapshot().Count(call => call.Method == "POST"
            && call.Body.Span.IndexOf("HOLD"u8) >= 0);

    private static int Concurrent(GateStage stage) => stage.Server.Parts.Limits.For("all").Concurrent;

    private static async Task<HeldItem> WaitingAsync(GateStage stage)
    {
        await UntilAsync(() => stage.Server.Parts.Held.All.Any(item => item.State == HeldState.Waiting));
        return stage.Server.Parts.Held.All.Single(item => item.State == HeldState.Waiting);
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        for (var tries = 0; tries < 800; tries++)
        {
            if (condition()) return;
            await Task.Delay(25, Stop);
        }
        Assert.Fail("It did not happen within twenty seconds.");
    }
}
