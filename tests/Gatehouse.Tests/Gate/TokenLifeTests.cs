using System.Globalization;
using System.Net;
using Gatehouse.Actions;
using Microsoft.Extensions.Time.Testing;

namespace Gatehouse.Tests.Gate;

/// <summary>When tokens begin, end and are replaced.</summary>
public sealed class TokenLifeTests
{
    [Fact]
    public async Task An_expired_token_is_refused_with_the_command_that_renews_it()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var stage = await GateStage.StartAsync(time: time);
        var usual = await stage.TokenAsync("all");
        var brief = await stage.TokenAsync("all", ("ttl", "15m"));
        var service = await stage.TokenAsync("all", ("service", "true"), ("from", "127.0.0.0/8"), ("ttl", "20m"));

        time.Advance(TimeSpan.FromMinutes(15) - TimeSpan.FromSeconds(1));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(stage, brief));
        time.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(stage, usual));
        using var ended = await ChatAsync(stage, brief);
        using var endedService = await ChatAsync(stage, service);

        Assert.Equal(HttpStatusCode.Unauthorized, ended.StatusCode);
        Assert.Equal("expired_token", RightsStage.ReasonOf(ended));
        Assert.Contains("of job 'all' expired", await ended.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
        Assert.Contains(
            "gatehouse token issue --job all --service", await endedService.Content.ReadAsStringAsync(Stop),
            StringComparison.Ordinal);
        time.Advance(TimeSpan.FromMinutes(36));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(stage, usual));
    }

    [Fact]
    public async Task A_clock_that_steps_back_brings_no_expired_token_to_life()
    {
        var time = new SteppingTime();
        await using var stage = await GateStage.StartAsync(time: time);
        var token = await stage.TokenAsync("all", ("ttl", "15m"));
        time.Step(TimeSpan.FromMinutes(30));
        // An entry on record is what the gate remembers of the later time.
        await stage.TokenAsync("all");
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(stage, token));

        time.Step(TimeSpan.FromMinutes(-30));

        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(stage, token));
        var listed = (await stage.ActAsync("token.list"))[0];
        Assert.Equal("expired", listed.GetProperty("state").GetString());
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public async Task Tokens_live_as_long_as_they_were_given_when_the_clock_is_ten_years_ahead_and_back(
        bool restarts, bool isSynchronised)
    {
        var start = DateTimeOffset.UtcNow;
        var time = new Storage.FakeClock(start);
        await using var stage = await GateStage.StartAsync(time: time, isClockSynchronised: isSynchronised);
        var right = await stage.TokenAsync("all", ("ttl", "2h"));
        time.Step(TimeSpan.FromDays(3650));
        if (restarts) await stage.RestartAsync();
        var wrong = await stage.TokenAsync("all", ("ttl", "1h"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(stage, wrong));
        // A jump that nobody has confirmed ends no token; the kernel's word does.
        Assert.Equal(isSynchronised ? HttpStatusCode.Unauthorized : HttpStatusCode.OK, await StatusAsync(stage, right));

        time.Step(TimeSpan.FromDays(-3650));
        if (restarts) await stage.RestartAsync();
        time.Advance(TimeSpan.FromMinutes(30));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(stage, wrong));
        if (!isSynchronised) Assert.Equal(HttpStatusCode.OK, await StatusAsync(stage, right));
        foreach (var listed in await stage.ActAsync("token.list"))
            Assert.InRange(listed.GetProperty("expires").GetDateTimeOffset(), start, start.AddHours(3));
        if (restarts) await stage.RestartAsync();
        time.Advance(TimeSpan.FromMinutes(45));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(stage, wrong));
        if (!isSynchronised) Assert.Equal(HttpStatusCode.OK, await StatusAsync(stage, right));
        time.Advance(TimeSpan.FromMinutes(60));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(stage, right));
    }

    [Fact]
    public async Task Ended_tokens_beyond_the_newest_fill_no_memory()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var stage = await GateStage.StartAsync(time: time);
        for (var i = 0; i < 330; i++)
        {
            await stage.TokenAsync("all", ("ttl", "1s"));
            time.Advance(TimeSpan.FromSeconds(2));
        }

        Assert.InRange(stage.Server.Tokens.Count, 200, 260);
    }

    [Fact]
    public async Task A_service_token_lives_thirty_days_at_most_and_is_replaced_with_overlap()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        var logs = new LogCapture();
        await using var stage = await GateStage.StartAsync(time: time, logs: logs);
        var first = await stage.TokenAsync("all", ("service", "true"), ("from", "127.0.0.0/8"));

        time.Advance(TimeSpan.FromDays(22));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(stage, first));
        Assert.DoesNotContain(logs.Lines, line => line.Contains("service token", StringComparison.Ordinal));
        time.Advance(TimeSpan.FromDays(2));
        await WaitForAsync(() => logs.Lines.Any(line => line.Contains("service token", StringComparison.Ordinal)));
        Assert.Contains(
            logs.Lines,
            line => line.Contains("gatehouse token issue --job all --service --from CIDR", StringComparison.Ordinal));

        var second = await stage.TokenAsync("all", ("service", "true"), ("from", "127.0.0.0/8"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(stage, first));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(stage, second));
        time.Advance(TimeSpan.FromDays(7));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(stage, first));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(stage, second));
    }

    [Theory]
    [InlineData("ttl=31d;service=true;from=127.0.0.0/8", "30 days at most")]
    [InlineData("ttl=25h", "24 hours at most")]
    [InlineData("ttl=0s", "24 hours at most")]
    [InlineData("ttl=tomorrow", "not a duration")]
    [InlineData("ttl=99999999999d", "not a duration")]
    [InlineData("service=true", "--from CIDR")]
    [InlineData("in-url=true", "--from CIDR")]
    [InlineData("from=home", "not a network")]
    [InlineData("from=127.0.0.0/33", "not a network")]
    [InlineData("endpoint=everything", "no endpoint 'everything'")]
    [InlineData("model=gpt-9", "no model 'gpt-9'")]
    [InlineData("job=nobody", "no job 'nobody'")]
    [InlineData("job=", "needs 'job'")]
    public async Task A_token_that_no_rule_allows_is_not_issued(string arguments, string why)
    {
        await using var stage = await GateStage.StartAsync();
        var asked = new Dictionary<string, string> { ["job"] = "all" };
        foreach (var pair in arguments.Split(';'))
        {
            asked[pair[..pair.IndexOf('=', StringComparison.Ordinal)]] =
                pair[(pair.IndexOf('=', StringComparison.Ordinal) + 1)..];
        }

        var error = await Assert.ThrowsAsync<ActionException>(
            () => stage.ActAsync("token.issue", [.. asked.Select(pair => (pair.Key, pair.Value))]));

        Assert.Contains(why, error.Message, StringComparison.Ordinal);
        Assert.Empty(await stage.ActAsync("token.list"));
        Assert.Empty(stage.Acts("token.issue"));
    }

    [Fact]
    public async Task Tokens_and_their_ends_survive_a_restart()
    {
        await using var stage = await GateStage.StartAsync(GateEstates.Rights);
        var kept = await stage.TokenAsync(
            "all", ("endpoint", "chat,embeddings"), ("model", "gpt,llama"), ("from", "127.0.0.0/8"),
            ("in-url", "true"));
        var issued = await stage.ActAsync("token.issue", ("job", "all"));
        await stage.ActAsync("token.revoke", ("id", issued[0].GetProperty("id").GetString()!));
        var before = Described(await stage.ActAsync("token.list"));

        await stage.RestartAsync();

        Assert.Equal(before, Described(await stage.ActAsync("token.list")));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(stage, kept));
        Assert.Equal(
            HttpStatusCode.Unauthorized, await StatusAsync(stage, issued[0].GetProperty("token").GetString()!));
        using var url = await stage.PostAsync($"/t/{kept}/api/chat", GateTexts.OllamaChat("hi"), null);
        Assert.Equal(HttpStatusCode.OK, url.StatusCode);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static List<string> Described(IReadOnlyList<System.Text.Json.JsonElement> lines) =>
        [.. lines.Select(line => line.ToString().Replace(".0000000", "", StringComparison.Ordinal)).Order()];

    private static Task<HttpResponseMessage> ChatAsync(GateStage stage, string token) =>
        stage.PostAsync("/v1/chat/completions", GateTexts.OpenAiChat("hello"), token);

    private static async Task<HttpStatusCode> StatusAsync(GateStage stage, string token)
    {
        using var response = await ChatAsync(stage, token);
        return response.StatusCode;
    }

    private static async Task WaitForAsync(Func<bool> isSo)
    {
        for (var tries = 0; tries < 200 && !isSo(); tries++)
            await Task.Delay(25, Stop);
        Assert.True(isSo(), string.Create(CultureInfo.InvariantCulture, $"Not so after {5} seconds."));
    }
}
