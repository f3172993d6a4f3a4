namespace Gatehouse.Tests.Gate;

/// <summary>Limits hold against numbers and endings that were chosen to slip past them.</summary>
public sealed class HostileLimitTests
{
    private static readonly string Counted = HostileEstate.Of(
        ("counted", "limits: { tokens-per-day: 2000 }"), ("scarce", "limits: { tokens-per-day: 400 }"));

    [Theory]
    [InlineData("\"max_tokens\":9223372036854775807")]
    [InlineData("\"max_tokens\":9223372036854775807,\"max_output_tokens\":9223372036854775807")]
    [InlineData("\"n\":2,\"max_tokens\":9223372036854775807")]
    [InlineData("\"n\":128,\"max_tokens\":144115188075855873")]
    [InlineData("\"n\":4,\"max_completion_tokens\":4611686018427387904")]
    public async Task A_token_limit_cannot_be_overflowed(string fields)
    {
        await using var stage = await GateStage.StartAsync(Counted);
        var token = await stage.TokenAsync("counted");
        var body = GateTexts.OpenAiChat("[[tokens=500]]");
        using (var first = await stage.PostAsync("/v1/chat/completions", body, token))
            Assert.Equal(200, (int)first.StatusCode);
        var calls = stage.Model.Calls.Count;

        using var refused = await stage.PostAsync("/v1/chat/completions", $"{{{fields},{body[1..]}", token);

        Assert.Equal(429, (int)refused.StatusCode);
        Assert.Equal("token_budget", RightsStage.ReasonOf(refused));
        Assert.Equal(calls, stage.Model.Calls.Count);
    }

    [Fact]
    public async Task A_job_cannot_read_streams_for_nothing_by_leaving_before_their_end()
    {
        await using var stage = await GateStage.StartAsync(Counted);
        var token = await stage.TokenAsync("scarce");
        var body = GateTexts.AnthropicMessage("[[endless delay-token=1]]", stream: true)
            .Replace("100000", "200", StringComparison.Ordinal);
        var aborts = 0;
        for (; aborts < 8; aborts++)
        {
            using var caller = await RawCaller.ConnectAsync(stage.Server.GateAddress);
            await caller.PostAsync("/v1/messages", body, token);
            if ((await caller.ReceiveUntilAsync("\r\n\r\n")).Contains(" 429 ", StringComparison.Ordinal)) break;
            await caller.ReceiveUntilAsync("on80 ");
            caller.Dispose();
            var row = await stage.EndedAsync(stage.Exchanges()[^1].Id);
            Assert.Equal("client_aborted", row.Outcome);
        }

        Assert.InRange(aborts, 1, 5);
    }
}
