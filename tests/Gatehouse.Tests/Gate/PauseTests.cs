using System.Diagnostics;
using Gatehouse.Actions;
using Gatehouse.Demo;

namespace Gatehouse.Tests.Gate;

/// <summary>The stop button.</summary>
public sealed class PauseTests
{
    /// <summary>The promise is 100 ms; a loaded machine gets slack, and the measured time is told.</summary>
    private const long CutMsMax = 400;

    [Fact]
    public async Task A_pause_refuses_new_calls_of_its_job_with_who_and_why_until_it_is_lifted()
    {
        await using var stage = await GateStage.StartAsync();
        var (all, narrow) = (await stage.TokenAsync("all"), await stage.TokenAsync("narrow"));
        await stage.ActAsync("pause", ("job", "narrow"), ("why", "it posts nonsense"));

        foreach (var dialect in GateDialect.All)
        {
            using var response = await stage.PostAsync(dialect.Path, dialect.Body("hello", true), narrow);
            var answer = await WireAnswer.ReadAsync(response);
            Assert.Equal((403, "paused"), (answer.Status, RightsStage.ReasonOf(response)));
            Assert.Equal("false", response.Headers.GetValues("x-should-retry").Single());
            Assert.Contains("paused by tester", answer.Text, StringComparison.Ordinal);
            Assert.Contains("it posts nonsense", answer.Text, StringComparison.Ordinal);
            Assert.Contains("gatehouse resume narrow", answer.Text, StringComparison.Ordinal);
            dialect.HasError(answer.Text);
        }

        Assert.Equal(200, await ChatAsync(stage, all));
        Assert.Equal(0, stage.Exchanges().Count(row => row.Job == "narrow" && row.Outcome != "refused"));
        await stage.RestartAsync();
        Assert.Equal(403, await ChatAsync(stage, narrow));
        await stage.ActAsync("resume", ("job", "narrow"), ("why", "fixed"));
        Assert.Equal(200, await ChatAsync(stage, narrow));
        await stage.RestartAsync();
        Assert.Equal(200, await ChatAsync(stage, narrow));
        var (paused, resumed) = (Assert.Single(stage.Acts("pause")), Assert.Single(stage.Acts("resume")));
        Assert.Equal(
            ("tester", "it posts nonsense", "narrow"), (paused.Who, paused.Details["why"], paused.Details["job"]));
        Assert.Equal(("tester", "fixed"), (resumed.Who, resumed.Details["why"]));
    }

    [Fact]
    public async Task A_pause_of_all_stops_every_job_and_lets_each_pause_stand_for_itself()
    {
        await using var stage = await GateStage.StartAsync();
        var (all, narrow) = (await stage.TokenAsync("all"), await stage.TokenAsync("narrow"));
        await stage.ActAsync("pause", ("job", "narrow"));
        await stage.ActAsync("pause", ("all", "true"));
        Assert.Equal(403, await ChatAsync(stage, all));

        await Assert.ThrowsAsync<ActionException>(() => stage.ActAsync("resume", ("job", "all")));
        await stage.ActAsync("resume", ("all", "true"));

        Assert.Equal(200, await ChatAsync(stage, all));
        Assert.Equal(403, await ChatAsync(stage, narrow));
    }

    [Fact]
    public async Task A_pause_cuts_streams_in_flight_at_once_with_an_error_of_their_dialect()
    {
        await using var stage = await GateStage.StartAsync();
        var (all, narrow) = (await stage.TokenAsync("all"), await stage.TokenAsync("narrow"));
        using var other = await stage.PostAsync(
            "/v1/chat/completions", GateTexts.OpenAiChat("[[endless delay-token=5]]", stream: true), narrow);
        var readings = new List<(GateDialect Dialect, Task<WireAnswer> Reading, string Exchange)>();
        foreach (var dialect in GateDialect.All)
        {
            var response = await stage.PostAsync(dialect.Path, dialect.Body("[[endless delay-token=5]]", true), all);
            var exchange = response.Headers.GetValues("X-Gatehouse-Exchange").Single();
            readings.Add((dialect, WireAnswer.ReadAsync(response), exchange));
        }

        await Task.Delay(100, TestContext.Current.CancellationToken);
        var clock = Stopwatch.StartNew();
        var told = await stage.ActAsync("pause", ("job", "all"));
        var answers = await Task.WhenAll(readings.Select(one => one.Reading));
        var took = clock.ElapsedMilliseconds;

        TestContext.Current.TestOutputHelper!.WriteLine($"Four streams were cut in {took} ms.");
        Assert.InRange(took, 0, CutMsMax);
        Assert.Equal(4, told[0].GetProperty("cut").GetInt32());
        foreach (var ((dialect, _, exchange), answer) in readings.Zip(answers))
        {
            Assert.True(answer.Broke, dialect.Name);
            dialect.HasNoEnd(answer.Text);
            dialect.HasError(answer.Text);
            Assert.Contains("paused by tester", answer.Text, StringComparison.Ordinal);
            var row = await stage.EndedAsync(exchange);
            Assert.Equal(("interrupted", "paused"), (row.Outcome, row.Reason));
        }

        await ModelSawAsync(stage, 4);
        Assert.Null(stage.Model.Calls.Snapshot()[0].EndedMs);
    }

    [Fact]
    public async Task A_pause_cuts_a_call_that_waits_for_its_whole_answer()
    {
        await using var stage = await GateStage.StartAsync();
        var token = await stage.TokenAsync("all");
        var call = stage.PostAsync("/v1/chat/completions", GateTexts.OpenAiChat("[[endless]]"), token);
        await UntilAsync(() => stage.Model.Calls.Count == 1);
        var clock = Stopwatch.StartNew();

        await stage.ActAsync("pause", ("job", "all"));
        using var response = await call;

        Assert.InRange(clock.ElapsedMilliseconds, 0, CutMsMax);
        Assert.Equal((403, "paused"), ((int)response.StatusCode, RightsStage.ReasonOf(response)));
        await ModelSawAsync(stage, 1);
    }

    [Fact]
    public async Task A_gate_that_stops_tells_the_callers_of_calls_that_do_not_end()
    {
        await using var stage = await GateStage.StartAsync();
        var token = await stage.TokenAsync("all");
        var whole = stage.PostAsync("/v1/chat/completions", GateTexts.OpenAiChat("[[endless]]"), token);
        var readings = new List<(GateDialect Dialect, Task<WireAnswer> Reading, string Exchange)>();
        foreach (var dialect in GateDialect.All)
        {
            var response = await stage.PostAsync(dialect.Path, dialect.Body("[[endless delay-token=5]]", true), token);
            var exchange = response.Headers.GetValues("X-Gatehouse-Exchange").Single();
            readings.Add((dialect, WireAnswer.ReadAsync(response), exchange));
        }
        await UntilAsync(() => stage.Model.Calls.Snapshot().Count(call => call.Method == "POST") == readings.Count + 1);

        await stage.RestartAsync();

        using (var response = await whole)
            Assert.Equal((503, "overloaded"), ((int)response.StatusCode, RightsStage.ReasonOf(response)));
        foreach (var (dialect, reading, exchange) in readings)
        {
            var answer = await reading;
            Assert.True(answer.Broke, dialect.Name);
            dialect.HasError(answer.Text);
            Assert.Contains("The gate is stopping.", answer.Text, StringComparison.Ordinal);
            Assert.Equal("interrupted", (await stage.EndedAsync(exchange)).Outcome);
        }
    }

    [Fact]
    public async Task A_pause_stops_a_call_whose_model_is_still_asked_who_it_is()
    {
        var logs = new LogCapture();
        await using var stage = await GateStage.StartAsync(
            logs: logs, options: new ScriptedModelOptions { Knobs = "delay-headers=1500" });
        var token = await stage.TokenAsync("all");
        var call = stage.PostAsync("/api/chat", GateTexts.OllamaChat("hello"), token);
        await UntilAsync(() => stage.Model.Calls.Count == 1);

        await stage.ActAsync("pause", ("job", "all"));
        using var response = await call;

        Assert.Equal((403, "paused"), ((int)response.StatusCode, RightsStage.ReasonOf(response)));
        Assert.DoesNotContain(stage.Model.Calls.Snapshot(), one => one.Method == "POST");
        var row = Assert.Single(stage.Exchanges());
        Assert.Equal(("refused", "paused"), (row.Outcome, row.Reason));
        Assert.DoesNotContain(logs.Lines, line => line.StartsWith("Error", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Revoking_a_token_cuts_the_calls_that_it_let_in()
    {
        await using var stage = await GateStage.StartAsync();
        var issued = (await stage.ActAsync("token.issue", ("job", "all")))[0];
        var (token, other) = (issued.GetProperty("token").GetString()!, await stage.TokenAsync("all"));
        using var mine = await stage.PostAsync(
            "/v1/chat/completions", GateTexts.OpenAiChat("[[endless delay-token=5]]", stream: true), token);
        using var others = await stage.PostAsync(
            "/v1/chat/completions", GateTexts.OpenAiChat("[[tokens=100 delay-token=5]]", stream: true), other);

        await stage.ActAsync("token.revoke", ("id", issued.GetProperty("id").GetString()!));

        Assert.True((await WireAnswer.ReadAsync(mine)).Broke, "The stream went on.");
        Assert.False((await WireAnswer.ReadAsync(others)).Broke, "Another token's stream was cut.");
    }

    [Fact]
    public async Task A_pause_that_cannot_be_recorded_is_in_force_and_says_that_it_is_not_on_record()
    {
        await using var stage = await GateStage.StartAsync();
        var token = await stage.TokenAsync("all");
        await stage.Server.Ledger.DisposeAsync();

        var error = await Assert.ThrowsAsync<ActionException>(() => stage.ActAsync("pause", ("job", "all")));

        Assert.Contains("in force now", error.Message, StringComparison.Ordinal);
        Assert.NotNull(stage.Server.Pauses.For("all"));
        using var response = await stage.PostAsync("/v1/chat/completions", GateTexts.OpenAiChat("hi"), token);
        Assert.Contains((int)response.StatusCode, (int[])[403, 503]);
    }

    private static async Task<int> ChatAsync(GateStage stage, string token)
    {
        using var response = await stage.PostAsync("/v1/chat/completions", GateTexts.OpenAiChat("hello"), token);
        return (int)response.StatusCode;
    }

    private static Task ModelSawAsync(GateStage stage, int aborted) =>
        UntilAsync(() => stage.Model.Calls.Snapshot().Count(call => call.Aborted) == aborted);

    private static async Task UntilAsync(Func<bool> isSo)
    {
        for (var tries = 0; tries < 500 && !isSo(); tries++)
            await Task.Delay(10, TestContext.Current.CancellationToken);
        Assert.True(isSo(), "It did not come to pass in five seconds.");
    }
}
