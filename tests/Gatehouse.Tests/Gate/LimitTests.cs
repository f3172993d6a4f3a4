using Microsoft.Extensions.Time.Testing;

namespace Gatehouse.Tests.Gate;

/// <summary>Each limit, alone and under a burst.</summary>
public sealed class LimitTests
{
    private const string Chat = "/v1/chat/completions";

    /// <summary>An evening in UTC that is already near midnight in Zurich.</summary>
    private static readonly DateTimeOffset Evening = new(2026, 3, 30, 21, 30, 0, TimeSpan.Zero);

    [Fact]
    public async Task A_job_over_its_requests_a_minute_is_told_when_to_come_back()
    {
        var time = new FakeTimeProvider(Evening);
        await using var stage = await StageAsync("requests-per-minute: 2", time);
        var token = await stage.TokenAsync("limited");

        Assert.Equal((200, "", null), await CallAsync(stage, token));
        time.Advance(TimeSpan.FromSeconds(20));
        Assert.Equal((200, "", null), await CallAsync(stage, token));
        Assert.Equal((429, "rate_limit_exceeded", "40"), await CallAsync(stage, token));
        time.Advance(TimeSpan.FromSeconds(41));
        Assert.Equal((200, "", null), await CallAsync(stage, token));
        Assert.Equal((429, "rate_limit_exceeded", "19"), await CallAsync(stage, token));
        // Another job is not this one.
        Assert.Equal(200, (await CallAsync(stage, await stage.TokenAsync("free"))).Status);
    }

    [Fact]
    public async Task A_job_over_its_tokens_a_minute_is_told_when_to_come_back()
    {
        var time = new FakeTimeProvider(Evening);
        await using var stage = await StageAsync("tokens-per-minute: 400", time);
        var token = await stage.TokenAsync("limited");

        Assert.Equal((200, "", null), await CallAsync(stage, token, "[[tokens=150]]", 160));
        Assert.Equal((429, "rate_limit_exceeded", "60"), await CallAsync(stage, token, "[[tokens=150]]", 250));
        time.Advance(TimeSpan.FromSeconds(61));
        Assert.Equal((200, "", null), await CallAsync(stage, token, "[[tokens=150]]", 250));
        // More than a minute ever has: waiting would not help.
        Assert.Equal((429, "token_budget", null), await CallAsync(stage, token, "hello", 500));
    }

    [Fact]
    public async Task A_call_beyond_the_parallel_ones_waits_for_one_of_them()
    {
        await using var stage = await StageAsync("concurrent: 2", TimeProvider.System);
        var token = await stage.TokenAsync("limited");
        using var first = await stage.PostAsync(Chat, GateTexts.OpenAiChat("[[silent]]", stream: true), token);
        using var second = await stage.PostAsync(Chat, GateTexts.OpenAiChat("[[silent]]", stream: true), token);

        Assert.Equal((429, "concurrency_limit", "1"), await CallAsync(stage, token));
        first.Dispose();
        await stage.EndedAsync(first.Headers.GetValues("X-Gatehouse-Exchange").Single());
        Assert.Equal(200, await FirstServedAsync(stage, token));
    }

    [Theory]
    [InlineData("tokens-per-day: 400", "token_budget")]
    [InlineData("cost-per-month: 0.0004", "cost_budget")]
    [InlineData("bytes-per-day: 8KiB", "byte_budget")]
    public async Task A_budget_is_spent_not_retried_kept_over_a_restart_and_renewed_with_its_period(
        string limit, string reason)
    {
        var time = new FakeTimeProvider(Evening);
        await using var stage = await StageAsync(limit, time);
        var token = await stage.TokenAsync("limited", ("ttl", "24h"));
        var served = await SpendAsync(stage, token, reason);

        Assert.InRange(served, 1, 12);
        await stage.RestartAsync();
        Assert.Equal((429, reason, null), await CallAsync(stage, token, "[[tokens=100]]", 110));

        // Half past eleven at night in Zurich: an hour later is another day there, and one more day another month,
        // both not yet in UTC.
        time.Advance(TimeSpan.FromHours(1));
        var isMonthly = reason == "cost_budget";
        Assert.Equal(isMonthly ? 429 : 200, (await CallAsync(stage, token, "[[tokens=100]]", 110)).Status);
        time.Advance(TimeSpan.FromHours(24));
        token = await stage.TokenAsync("limited");
        Assert.Equal(200, (await CallAsync(stage, token, "[[tokens=100]]", 110)).Status);
    }

    [Fact]
    public async Task A_clock_that_jumps_renews_no_budget_before_somebody_confirms_it()
    {
        var time = new Storage.FakeClock(Evening);
        await using var stage = await StageAsync("tokens-per-day: 400", time);
        var token = await stage.TokenAsync("limited", ("ttl", "24h"));
        await SpendAsync(stage, token, "token_budget");
        time.Step(TimeSpan.FromDays(3650));
        Assert.Equal((429, "token_budget", null), await CallAsync(stage, token, "[[tokens=100]]", 110));
        await stage.RestartAsync();
        Assert.Equal((429, "token_budget", null), await CallAsync(stage, token, "[[tokens=100]]", 110));

        await stage.ActAsync("ledger.confirm-clock");

        Assert.Equal(200, (await CallAsync(stage, await stage.TokenAsync("limited"), "[[tokens=100]]", 110)).Status);
    }

    [Theory]
    [InlineData("requests-per-minute: 7", 7)]
    [InlineData("concurrent: 5", 5)]
    [InlineData("tokens-per-day: 1500", 9)]
    [InlineData("tokens-per-minute: 1500", 9)]
    [InlineData("cost-per-month: 0.0015", 9)]
    public async Task Calls_in_parallel_never_overspend_together(string limit, int servedMax)
    {
        await using var stage = await StageAsync(limit, TimeProvider.System);
        var token = await stage.TokenAsync("limited");
        const string prompt = "[[tokens=150 delay-headers=400]]";

        var all = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => CallAsync(stage, token, prompt, 150)));

        Assert.InRange(all.Count(one => one.Status == 200), servedMax / 2, servedMax);
        Assert.All(all, one => Assert.Contains(one.Status, (int[])[200, 429]));
        var used = stage.Exchanges().Sum(row => (row.InputTokens ?? 0) + (row.OutputTokens ?? 0));
        if (limit.StartsWith("tokens", StringComparison.Ordinal))
            Assert.InRange(used, 1, 1500);
    }

    [Fact]
    public async Task A_caller_that_waits_for_each_answer_never_meets_its_own_call()
    {
        await using var stage = await StageAsync("concurrent: 1", TimeProvider.System);
        var token = await stage.TokenAsync("limited");
        for (var call = 0; call < 40; call++)
        {
            // A connection of its own each: on one connection the server would keep the order by itself.
            using var response = await stage.PostAsync(
                Chat, GateTexts.OpenAiChat("[[tokens=2]]", stream: call % 2 == 0), token, ("Connection", "close"));
            Assert.Equal(200, (int)response.StatusCode);
            Assert.False((await WireAnswer.ReadAsync(response)).Broke, $"Call {call} broke.");
        }
    }

    [Fact]
    public async Task What_a_model_did_not_work_on_is_not_booked()
    {
        await using var stage = await StageAsync("tokens-per-day: 400", TimeProvider.System);
        var token = await stage.TokenAsync("limited");
        foreach (var _ in Enumerable.Range(0, 10))
        {
            Assert.Equal(500, (await CallAsync(stage, token, "[[status=500]]", 150)).Status);
            Assert.Equal(401, (await CallAsync(stage, token, "[[status=401]]", 150)).Status);
            Assert.Equal(502, (await CallAsync(stage, token, "hello", 150, "dead")).Status);
        }

        Assert.Equal(200, (await CallAsync(stage, token, "hello", 150)).Status);
    }

    [Fact]
    public async Task A_caller_that_leaves_gives_its_place_back_and_pays_for_what_it_had()
    {
        await using var stage = await StageAsync("concurrent: 1, tokens-per-day: 5000", TimeProvider.System);
        var token = await stage.TokenAsync("limited");
        for (var round = 0; round < 5; round++)
        {
            using var response = await stage.PostAsync(
                Chat, GateTexts.OpenAiChat("[[tokens=900 delay-token=1]]", stream: true), token);
            if (!response.IsSuccessStatusCode)
                Assert.Fail($"Round {round}: {(await WireAnswer.ReadAsync(response)).Text}");
            await using (var body = await response.Content.ReadAsStreamAsync(Stop))
                await body.ReadExactlyAsync(new byte[4000], Stop);
            response.Dispose();
            await stage.EndedAsync(response.Headers.GetValues("X-Gatehouse-Exchange").Single());
            await FirstServedAsync(stage, token);
        }

        Assert.Equal(0, stage.Server.Parts.Limits.For("limited").Concurrent);
        Assert.All(
            stage.Exchanges(), row => Assert.Contains(row.Outcome, (string[])["client_aborted", "completed"]));
        Assert.Equal("token_budget", (await CallAsync(stage, token, "[[tokens=1]]", 4990)).Reason);
    }

    [Fact]
    public async Task Limits_under_defaults_hold_for_jobs_that_set_none()
    {
        await using var stage = await StageAsync("concurrent: 9", TimeProvider.System, "requests-per-minute: 1");
        var (limited, free) = (await stage.TokenAsync("limited"), await stage.TokenAsync("free"));

        Assert.Equal(200, (await CallAsync(stage, free)).Status);
        Assert.Equal("rate_limit_exceeded", (await CallAsync(stage, free)).Reason);
        Assert.Equal(200, (await CallAsync(stage, limited)).Status);
    }

    [Fact]
    public async Task What_is_left_of_a_minute_is_told_in_the_callers_dialect()
    {
        await using var stage = await StageAsync(
            "requests-per-minute: 9, tokens-per-minute: 9000", TimeProvider.System);
        var token = await stage.TokenAsync("limited");
        using var openai = await stage.PostAsync(Chat, GateTexts.OpenAiChat("hello"), token);

        Assert.Equal("9", openai.Headers.GetValues("x-ratelimit-limit-requests").Single());
        Assert.Equal("8", openai.Headers.GetValues("x-ratelimit-remaining-requests").Single());
        Assert.Equal("9000", openai.Headers.GetValues("x-ratelimit-limit-tokens").Single());
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static Task<GateStage> StageAsync(string limits, TimeProvider time, string? defaults = null) =>
        GateStage.StartAsync(
            GateEstates.Limited.Replace("{limits}", limits, StringComparison.Ordinal)
                + (defaults is null ? "" : $"\ndefaults: {{ limits: {{ {defaults} }} }}\n"),
            time: time);

    private static async Task<(int Status, string Reason, string? RetryAfter)> CallAsync(
        GateStage stage, string token, string prompt = "hello", int tokensMax = 100, string model = "gpt-4o-mini")
    {
        var body = WithMax(GateTexts.OpenAiChat(prompt, model: model), tokensMax);
        using var response = await stage.PostAsync(Chat, body, token);
        var retryAfter = response.Headers.TryGetValues("Retry-After", out var values) ? values.Single() : null;
        if (RightsStage.ReasonOf(response).EndsWith("_budget", StringComparison.Ordinal))
            Assert.Equal("false", response.Headers.GetValues("x-should-retry").Single());
        return ((int)response.StatusCode, RightsStage.ReasonOf(response), retryAfter);
    }

    private static string WithMax(string body, int tokensMax) =>
        body.Insert(1, $"\"max_tokens\":{tokensMax.ToString(System.Globalization.CultureInfo.InvariantCulture)},");

    private static async Task<int> SpendAsync(GateStage stage, string token, string reason)
    {
        for (var served = 0; served < 20; served++)
        {
            var answer = await CallAsync(stage, token, "[[tokens=100]]", 110);
            if (answer.Status == 200)
                continue;
            Assert.Equal((429, reason, null), answer);
            return served;
        }

        throw new InvalidOperationException("The budget never ended.");
    }

    /// <summary>
    /// The status of the first call that finds a place: a call's end shows a moment after its outcome.
    /// </summary>
    private static async Task<int> FirstServedAsync(GateStage stage, string token)
    {
        for (var tries = 0; tries < 100; tries++)
        {
            if (await CallAsync(stage, token) is { Status: not 429 } answer)
                return answer.Status;
            await Task.Delay(20, Stop);
        }

        return 429;
    }
}
