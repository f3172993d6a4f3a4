using System.Text;

namespace Gatehouse.Tests.Gate;

/// <summary>A token where others can read it is ended, and the gate itself writes none anywhere.</summary>
public sealed class TokenLeakTests(RightsStage stage) : IClassFixture<RightsStage>
{
    /// <summary>As much of a token as would help somebody who looks for it.</summary>
    private const int TellingChars = 16;

    [Theory]
    [InlineData("/t/{token}/v1/models")]
    [InlineData("/t/{token}")]
    [InlineData("/v1/models?key={token}")]
    [InlineData("/v1/models/{token}")]
    [InlineData("/v1/{token}/models")]
    [InlineData("/v1/models/%67th_{rest}")]
    [InlineData("/t/%67th_{rest}/v1/models")]
    [InlineData("/v1/models?key=%67%74%68%5f{rest}")]
    [InlineData("/t/none/v1/models?a=gth_&b={token}")]
    [InlineData("/%74/{token}/v1/models")]
    [InlineData("/t%2f{token}/v1/models")]
    [InlineData("/t/%2567th_{rest}/v1/models")]
    [InlineData("/v1/models?key=%2567th_{rest}")]
    [InlineData("http://gate/t/{token}/v1/models")]
    public async Task A_token_seen_in_a_url_is_revoked_and_recorded_as_leaked(string target)
    {
        foreach (var more in new (string, string)[][] { [], [("from", "10.0.0.0/8")], [("in-url", "false")] })
        {
            var issued = (await stage.Gate.ActAsync("token.issue", [("job", "all"), .. more]))[0];
            var (token, id) = (issued.GetProperty("token").GetString()!, issued.GetProperty("id").GetString()!);
            var path = target.Replace("{token}", token, StringComparison.Ordinal)
                .Replace("{rest}", token[4..], StringComparison.Ordinal);

            var answer = await RawGetAsync(path, "");
            using var after = await stage.Gate.SendAsync(HttpMethod.Get, "/v1/models", null, token);

            Assert.StartsWith("HTTP/1.1 401", answer, StringComparison.Ordinal);
            Assert.Contains("leaked_token", answer, StringComparison.Ordinal);
            Assert.DoesNotContain(token[..TellingChars], answer, StringComparison.Ordinal);
            Assert.Equal("leaked_token", RightsStage.ReasonOf(after));
            var listed = (await stage.Gate.ActAsync("token.list"))
                .Single(one => one.GetProperty("id").GetString() == id);
            Assert.Equal("leaked", listed.GetProperty("state").GetString());
            await OnRecordAsync(id);
        }
    }

    [Theory]
    [InlineData("/metrics?key={token}")]
    [InlineData("/t/{token}/v1/models")]
    [InlineData("/%74/%2567th_{rest}")]
    public async Task A_token_in_a_url_of_the_control_listener_is_a_leak_too(string target)
    {
        var issued = (await stage.Gate.ActAsync("token.issue", ("job", "all")))[0];
        var token = issued.GetProperty("token").GetString()!;
        using var caller = await RawCaller.ConnectAsync(stage.Gate.Server.ControlAddress);

        var path = target.Replace("{token}", token, StringComparison.Ordinal)
            .Replace("{rest}", token[4..], StringComparison.Ordinal);
        await caller.SendAsync($"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 401", await caller.ReceiveToEndAsync(), StringComparison.Ordinal);
        using var after = await stage.Gate.SendAsync(HttpMethod.Get, "/v1/models", null, token);
        Assert.Equal("leaked_token", RightsStage.ReasonOf(after));
        await OnRecordAsync(issued.GetProperty("id").GetString()!);
    }

    [Fact]
    public async Task A_url_token_outside_of_its_place_is_a_leak_too()
    {
        var token = await stage.Gate.TokenAsync("all", ("in-url", "true"), ("from", "127.0.0.0/8"));

        var answer = await RawGetAsync($"/v1/models?token={token}", $"Authorization: Bearer {token}\r\n");

        Assert.Contains("leaked_token", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_url_token_from_another_network_is_refused_and_stays()
    {
        var issued =
            (await stage.Gate.ActAsync("token.issue", ("job", "all"), ("in-url", "true"), ("from", "10.0.0.0/8")))[0];

        var answer = await RawGetAsync($"/t/{issued.GetProperty("token").GetString()}/v1/models", "");

        Assert.Contains("X-Gatehouse-Reason: bad_token", answer, StringComparison.Ordinal);
        var listed = (await stage.Gate.ActAsync("token.list"))
            .Single(one => one.GetProperty("id").GetString() == issued.GetProperty("id").GetString());
        Assert.Equal("good", listed.GetProperty("state").GetString());
    }

    [Fact]
    public async Task No_token_is_written_anywhere_by_the_gate()
    {
        var tokens = new List<string>();
        var answers = new StringBuilder();
        foreach (var more in new (string, string)[][] { [], [("in-url", "true"), ("from", "127.0.0.0/8")], [] })
        {
            var token = await stage.Gate.TokenAsync("all", more);
            tokens.Add(token);
            foreach (var send in Everywhere(token))
            {
                using var response = await send();
                answers.Append(response.Headers).Append((await WireAnswer.ReadAsync(response)).Text);
            }
        }

        await stage.Gate.RestartAsync();
        answers.Append(await stage.Gate.ControlAsync("/metrics")).Append(await stage.Gate.ControlAsync("/readyz"));
        answers.AppendJoin('\n', stage.Logs.Lines);
        var written = new StringBuilder(answers.ToString());
        foreach (var file in Directory.EnumerateFiles(stage.Gate.HomePath))
            written.Append(Encoding.Latin1.GetString(await ReadSharedAsync(file)));
        var text = written.ToString();
        Assert.Contains("leaked_token", text, StringComparison.Ordinal);
        Assert.All(
            tokens, token => Assert.DoesNotContain(token[4..(4 + TellingChars)], text, StringComparison.Ordinal));
    }

    /// <summary>The ways in which careless callers show a token, the leaks last.</summary>
    private IEnumerable<Func<Task<HttpResponseMessage>>> Everywhere(string token)
    {
        var gate = stage.Gate;
        yield return () => gate.PostAsync("/v1/chat/completions", GateTexts.OpenAiChat("hello"), token);
        yield return () => gate.PostAsync("/v1/chat/completions", GateTexts.OpenAiChat("hello", model: token), token);
        yield return () => gate.PostAsync("/api/show", $$"""{"model":"{{token}}"}""", token);
        yield return () => gate.PostAsync(
            "/v1/chat/completions", GateTexts.OpenAiChat("hi"), token, ("x-api-key", "k"));
        yield return () => gate.PostAsync("/v1/chat/completions", "{\"model\":1}", token, ("x-request-id", token));
        yield return () => gate.PostAsync(
            "/v1/chat/completions", GateTexts.OpenAiChat("hi"), token, ("x-forwarded-for", token));
        yield return () => gate.SendAsync(HttpMethod.Put, "/v1/models", null, token);
        yield return () => gate.PostAsync($"/t/{token}/v1/nothing", "{}", null);
        yield return () => gate.SendAsync(HttpMethod.Get, $"/v1/models/{token}", null, token);
        yield return () => gate.SendAsync(HttpMethod.Get, $"/v1/models?key={token}", null, null);
    }

    private async Task<string> RawGetAsync(string target, string headers)
    {
        using var caller = await RawCaller.ConnectAsync(stage.Gate.Server.GateAddress);
        await caller.SendAsync($"GET {target} HTTP/1.1\r\nHost: gate\r\n{headers}Connection: close\r\n\r\n");
        return await caller.ReceiveToEndAsync();
    }

    private async Task OnRecordAsync(string id)
    {
        for (var tries = 0; tries < 200; tries++)
        {
            if (stage.Gate.Acts("token.leaked").Any(act => act.Details.GetValueOrDefault("token") == id))
                return;
            await Task.Delay(25, TestContext.Current.CancellationToken);
        }

        Assert.Fail($"The leak of {id} is not on record.");
    }

    private static async Task<byte[]> ReadSharedAsync(string path)
    {
        if (path.EndsWith(".sock", StringComparison.Ordinal) || Path.GetFileName(path) == "lock")
            return [];
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var bytes = new byte[file.Length];
        await file.ReadExactlyAsync(bytes);
        return bytes;
    }
}
