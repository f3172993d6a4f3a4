using System.Diagnostics;

namespace Gatehouse.Tests.Gate;

/// <summary>A body that comes slowly, or not at all, holds nothing that others need.</summary>
public sealed class HostileUploadTests
{
    private const int Announced = 32 * 1024 * 1024;

    private static readonly string Jobs =
        HostileEstate.Of(("slow", ""), ("slower", ""), ("other", ""), ("single", "limits: { concurrent: 1 }"));

    [Fact]
    public async Task Bodies_that_are_announced_and_never_sent_do_not_stop_another_job()
    {
        await using var stage = await GateStage.StartAsync(Jobs);
        using var one = await StallAsync(stage, await stage.TokenAsync("slow"), "slow", 1);
        using var two = await StallAsync(stage, await stage.TokenAsync("slower"), "slower", 1);

        using var answer = await stage.PostAsync(
            "/v1/chat/completions", GateTexts.OpenAiChat("[[tokens=2]]"), await stage.TokenAsync("other"));

        Assert.Equal(200, (int)answer.StatusCode);
    }

    [Fact]
    public async Task A_pause_cuts_a_call_whose_body_is_still_coming()
    {
        await using var stage = await GateStage.StartAsync(Jobs);
        using var caller = await StallAsync(stage, await stage.TokenAsync("slow"), "slow", 1);
        var clock = Stopwatch.StartNew();

        var act = await stage.ActAsync("pause", ("job", "slow"));
        var answer = await caller.ReceiveToEndAsync();

        Assert.Equal(1, act[0].GetProperty("cut").GetInt32());
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(8));
        Assert.DoesNotContain(" 200 ", answer, StringComparison.Ordinal);
        await UntilAsync(() => Concurrent(stage, "slow") == 0);
    }

    [Fact]
    public async Task A_call_whose_body_is_still_coming_counts_as_in_flight()
    {
        await using var stage = await GateStage.StartAsync(Jobs);
        var token = await stage.TokenAsync("single");
        var body = GateTexts.OpenAiChat("[[tokens=2]]");
        using (await StallAsync(stage, token, "single", 1))
        {
            using var refused = await stage.PostAsync("/v1/chat/completions", body, token);
            Assert.Equal((429, "concurrency_limit"), ((int)refused.StatusCode, RightsStage.ReasonOf(refused)));
        }
        await UntilAsync(() => Concurrent(stage, "single") == 0);

        using var answer = await stage.PostAsync("/v1/chat/completions", body, token);
        Assert.Equal(200, (int)answer.StatusCode);
    }

    [Fact]
    public async Task A_token_that_is_revoked_while_the_body_is_coming_reaches_no_model()
    {
        await using var stage = await GateStage.StartAsync(Jobs);
        var issued = (await stage.ActAsync("token.issue", ("job", "slow")))[0];
        var body = GateTexts.OpenAiChat("[[tokens=2]]");
        using var caller = await RawCaller.ConnectAsync(stage.Server.GateAddress);
        await caller.SendAsync(
            "POST /v1/chat/completions HTTP/1.1\r\nHost: gate\r\nContent-Type: application/json\r\n"
            + $"Authorization: Bearer {issued.GetProperty("token")}\r\nContent-Length: {body.Length}\r\n\r\n"
            + body[..20]);
        await UntilAsync(() => Concurrent(stage, "slow") == 1);
        var posts = Posts(stage);

        await stage.ActAsync("token.revoke", ("id", issued.GetProperty("id").GetString()!));
        try
        {
            await caller.SendAsync(body[20..]);
        }
        catch (System.Net.Sockets.SocketException)
        {
            // The gate closed the connection before the rest could be sent: that is one of the right ends.
        }
        var answer = await caller.ReceiveUntilQuietAsync(TimeSpan.FromSeconds(2));

        Assert.DoesNotContain(" 200 ", answer, StringComparison.Ordinal);
        Assert.True(answer.Length == 0 || answer.StartsWith("HTTP/1.1 401", StringComparison.Ordinal), answer);
        Assert.Equal(posts, Posts(stage));
    }

    private static int Posts(GateStage stage) => stage.Model.Calls.Snapshot().Count(call => call.Method == "POST");

    private static int Concurrent(GateStage stage, string job) => stage.Server.Parts.Limits.For(job).Concurrent;

    private static async Task<RawCaller> StallAsync(GateStage stage, string token, string job, int inFlight)
    {
        var caller = await RawCaller.ConnectAsync(stage.Server.GateAddress);
        await caller.SendAsync(
            "POST /v1/chat/completions HTTP/1.1\r\nHost: gate\r\nContent-Type: application/json\r\n"
            + $"Authorization: Bearer {token}\r\nContent-Length: {Announced}\r\n\r\n");
        await UntilAsync(() => Concurrent(stage, job) == inFlight);
        return caller;
    }

    private static async Task UntilAsync(Func<bool> isSo)
    {
        var clock = Stopwatch.StartNew();
        while (!isSo())
        {
            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(5), "It did not come to pass in five seconds.");
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }
    }
}
