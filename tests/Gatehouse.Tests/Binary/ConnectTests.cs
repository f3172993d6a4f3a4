using System.Net;

namespace Gatehouse.Tests.Binary;

/// <summary><c>gatehouse connect</c>: what to set in an app, and whether it worked.</summary>
[Collection(BinaryCollection.Name)]
public sealed class ConnectTests
{
    [Fact]
    public async Task It_says_connected_with_the_model_after_it_said_why_earlier_calls_were_not()
    {
        await using var model = await BinaryModel.StartAsync();
        using var home = BinaryHome.Create(model.Address, Estate(18438));
        await using var gate = await home.ServeAsync();
        var token = await home.TokenAsync();
        await using var connect = home.Start(["connect", "openai-sdk", "--job", "news", "--wait", "30s"]);
        await WaitForAsync(connect, "Waiting for the first call of news");

        Assert.Equal(HttpStatusCode.Unauthorized, await gate.StatusAsync("wrong"));
        await WaitForAsync(connect, "A call with an invalid token arrived (bad_token)");
        using (await gate.PostAsync("v1/chat/completions", """{"model":"gone","messages":[]}""", token))
            await WaitForAsync(connect, "names a model that news does not have");
        Assert.Equal(HttpStatusCode.OK, await gate.StatusAsync(token));

        var ended = await connect.EndAsync();
        Assert.Equal(0, ended.Exit);
        Assert.Matches(@"^connected: \S+ answered news at \d\d:\d\d:\d\d UTC in \d+ ms \(ex_", ended.LastLine);
    }

    [Fact]
    public async Task It_says_what_was_missing_when_the_time_is_over()
    {
        using var home = BinaryHome.Create("http://127.0.0.1:1", Estate(18439));
        var stopped = await home.RunAsync("connect", "n8n", "--job", "news", "--wait", "1s");
        await using var gate = await home.ServeAsync();

        var nothing = await home.RunAsync("connect", "n8n", "--job", "news", "--wait", "1s");

        Assert.Equal((4, 1), (stopped.Exit, nothing.Exit));
        Assert.Contains("The gate does not answer", stopped.Errors, StringComparison.Ordinal);
        Assert.Contains("not connected: nothing arrived", nothing.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("open-webui", "http://gate:8420", "OPENAI_API_BASE_URL=http://gate:8420/v1", "--service --from CIDR")]
    [InlineData("home-assistant", "http://gate:8420/", "URL: http://gate:8420\n  API key: TOKEN", "--from CIDR\n")]
    [InlineData("home-assistant", "http://gate:8420/", "URL: http://gate:8420/t/TOKEN", "--from CIDR --in-url")]
    [InlineData("paperless-ai", null, "CUSTOM_BASE_URL=http://127.0.0.1:18440/v1", "Only programs on this machine")]
    [InlineData("litellm", "https://gate.lan", "api_base: https://gate.lan/v1", "model: openai/gpt-4o-mini")]
    public async Task It_prints_the_setting_with_the_address_that_the_app_reaches(
        string app, string? address, string setting, string also)
    {
        using var home = BinaryHome.Create("http://127.0.0.1:1", Estate(18440));
        string[] where = address is null ? [] : ["--address", address];

        var shown = (await home.RunAsync(["connect", app, "--job", "news", "--no-wait", .. where])).Expect(0);

        Assert.Contains(setting, shown.Output, StringComparison.Ordinal);
        Assert.Contains(also, shown.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_job_with_an_address_of_its_own_needs_no_token()
    {
        using var home = BinaryHome.Create("http://127.0.0.1:1", Estate(18441) + "    listen: 127.0.0.9:18442\n");

        var shown = (await home.RunAsync("connect", "n8n", "--job", "news", "--no-wait")).Expect(0);

        Assert.Contains("Base URL: http://127.0.0.9:18442\n", shown.Output, StringComparison.Ordinal);
        Assert.Contains("no token is needed", shown.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("token issue", shown.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unknown_apps_jobs_and_addresses_are_refused()
    {
        using var home = BinaryHome.Create("http://127.0.0.1:1", Estate(18443));

        Assert.Equal(1, (await home.RunAsync("connect", "n8n", "--job", "nobody")).Exit);
        Assert.NotEqual(0, (await home.RunAsync("connect", "toaster", "--job", "news")).Exit);
        Assert.NotEqual(0, (await home.RunAsync("connect", "n8n", "--job", "news", "--address", "gate:8420/x")).Exit);
    }

    private static string Estate(int port) => $$"""
        estate: 1
        name: test
        node: stage
        listen: { gate: "127.0.0.1:{{port}}", control: "127.0.0.1:{{port + 50}}" }
        models:
          gpt: { provider: openai, url: "{model}", name: gpt-4o-mini }
        jobs:
          news:
            owner: ops
            model: gpt
            source: { kind: prompt }
            sink: none

        """;

    private static async Task WaitForAsync(Child child, string text)
    {
        for (var tries = 0; tries < 100 && !child.Output.Contains(text, StringComparison.Ordinal); tries++)
            await Task.Delay(100);
        Assert.Contains(text, child.Output, StringComparison.Ordinal);
    }
}
