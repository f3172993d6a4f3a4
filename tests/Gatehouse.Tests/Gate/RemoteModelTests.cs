using System.Net;
using System.Text.Json;

namespace Gatehouse.Tests.Gate;

/// <summary>A model of a local server is one that this server runs.</summary>
public sealed class RemoteModelTests : IAsyncLifetime
{
    private const string Estate = """
        estate: 1
        name: test
        node: remote
        listen: { gate: "127.0.0.1:0", control: "127.0.0.1:0" }
        models:
          any:     { provider: ollama, url: "{model}", name: "*" }
          named:   { provider: ollama, url: "{model}", name: "gpt-oss:120b" }
          openai:  { provider: openai, url: "{model}/v1", name: "*" }
          claude:  { provider: anthropic, url: "{model}", name: "glm-4.7:cloud" }
          far:     { provider: ollama, url: "{model}", name: "*", remote: allowed }
        jobs:
          app: { owner: ops, model: any, source: prompt, sink: none, may-manage-models: true }
          one: { owner: ops, model: named, source: prompt, sink: none }
          lab: { owner: ops, model: openai, source: prompt, sink: none }
          code: { owner: ops, model: claude, source: prompt, sink: none }
          out: { owner: ops, model: far, source: prompt, sink: none, may-manage-models: true }
        """;

    private GateStage _stage = null!;

    public async ValueTask InitializeAsync() => _stage = await GateStage.StartAsync(Estate, options: new()
    {
        Models = ["llama3.2:3b", "gpt-oss:120b", "gpt-oss:20b-cloud"],
        Remote = ["gpt-oss:120b", "gpt-oss:20b-cloud"],
    });

    public ValueTask DisposeAsync() => _stage.DisposeAsync();

    [Theory]
    [InlineData("app", "/api/chat", "gpt-oss:20b-cloud")]
    [InlineData("app", "/api/chat", "anything:CLOUD")]
    [InlineData("app", "/api/chat", "library/anything: cloud ")]
    [InlineData("app", "/api/chat", "gpt-oss:120b")]
    [InlineData("app", "/api/chat", "registry.ollama.ai/library/GPT-OSS:120b")]
    [InlineData("app", "/v1/chat/completions", "x:7b-cloud")]
    [InlineData("app", "/v1/messages", "x:cloud")]
    [InlineData("app", "/api/show", "x:cloud")]
    [InlineData("one", "/api/chat", "named")]
    [InlineData("lab", "/v1/chat/completions", "x:cloud")]
    [InlineData("code", "/v1/messages", "claude")]
    public async Task A_model_that_another_server_runs_is_refused_before_anything_is_sent(
        string job, string path, string name)
    {
        using var answer = await CallAsync(job, path, name);

        Assert.Equal((403, "remote_model"), ((int)answer.StatusCode, RightsStage.ReasonOf(answer)));
        Assert.Contains("remote: allowed", await answer.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
        Assert.DoesNotContain(_stage.Model.Calls.Snapshot(), call => call.Path == path);
    }

    [Theory]
    [InlineData("app", "/api/chat", "llama3.2:3b")]
    [InlineData("app", "/api/chat", "Llama3.2:3B")]
    [InlineData("app", "/api/chat", "pulled-since:7b")]
    [InlineData("out", "/api/chat", "gpt-oss:20b-cloud")]
    [InlineData("out", "/api/chat", "gpt-oss:120b")]
    [InlineData("lab", "/v1/chat/completions", "llama3.2:3b")]
    public async Task A_model_of_the_server_itself_and_one_that_may_be_elsewhere_is_called(
        string job, string path, string name)
    {
        using var answer = await CallAsync(job, path, name);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Theory]
    [InlineData("/api/pull", "{\"model\":\"gpt-oss:20b-cloud\"}")]
    [InlineData("/api/pull", "{\"Name\":\"x:cloud\"}")]
    [InlineData("/api/create", "{\"model\":\"mine\",\"from\":\"x:cloud\"}")]
    [InlineData("/api/create", "{\"model\":\"mine\",\"from\":\"x\",\"Remote_Host\":\"https://ollama.com\"}")]
    [InlineData("/api/copy", "{\"source\":\"x:120b-cloud\",\"destination\":\"mine\"}")]
    public async Task A_job_that_manages_models_makes_none_that_another_server_runs(string path, string body)
    {
        using var refused = await _stage.PostAsync(path, body, await _stage.TokenAsync("app"));
        using var taken = await _stage.PostAsync(path, body, await _stage.TokenAsync("out"));

        Assert.Equal((403, "remote_model"), ((int)refused.StatusCode, RightsStage.ReasonOf(refused)));
        Assert.Equal("", RightsStage.ReasonOf(taken));
    }

    [Theory]
    [InlineData("app", "/api/tags", "models", "name", "llama3.2:3b")]
    [InlineData("app", "/v1/models", "data", "id", "llama3.2:3b")]
    [InlineData("out", "/api/tags", "models", "name", "llama3.2:3b gpt-oss:120b gpt-oss:20b-cloud")]
    public async Task Lists_leave_out_what_would_be_refused(
        string job, string path, string list, string name, string names)
    {
        using var answer = await _stage.SendAsync(HttpMethod.Get, path, null, await _stage.TokenAsync(job));
        using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Stop));

        Assert.Equal(names.Split(' '),
            json.RootElement.GetProperty(list).EnumerateArray().Select(one => one.GetProperty(name).GetString()!));
    }

    [Theory]
    [InlineData("shown", "/api/show", "{\"remote_host\":\"https://ollama.com:443\",\"remote_model\":\"x\"}")]
    [InlineData("claude-sonnet-4-5", "/api/experimental/aliases",
        "{\"aliases\":[{\"alias\":\"claude-\",\"target\":\"glm-4.7:cloud\",\"prefix_matching\":true}]}")]
    [InlineData("Fast", "/api/experimental/aliases", "{\"aliases\":[{\"alias\":\"fast\",\"target\":\"not-here\"}]}")]
    public async Task A_name_that_the_server_takes_for_a_model_elsewhere_is_refused(
        string name, string path, string answer)
    {
        await using var server = new HostileUpstream(new Dictionary<string, string>
        {
            ["/api/tags"] = """{"models":[{"name":"own:latest","model":"own:latest"}]}""",
            [path] = answer,
            ["/api/chat"] = "{}",
        });
        await using var stage = await GateStage.StartAsync(
            Estate.Replace("{model}", server.Address, StringComparison.Ordinal));

        using var refused = await stage.PostAsync("/api/chat", Body(name), await stage.TokenAsync("app"));
        using var own = await stage.PostAsync("/api/chat", Body("OWN"), await stage.TokenAsync("app"));

        Assert.Equal((403, "remote_model"), ((int)refused.StatusCode, RightsStage.ReasonOf(refused)));
        Assert.Equal("", RightsStage.ReasonOf(own));
        Assert.Single(server.Paths, "/api/chat");
    }

    [Fact]
    public async Task A_server_that_does_not_say_what_it_runs_gets_no_prompt()
    {
        await using var server = new HostileUpstream(
            new Dictionary<string, string> { ["/api/chat"] = """{"model":"x","done":true}""" });
        await using var stage = await GateStage.StartAsync(
            Estate.Replace("{model}", server.Address, StringComparison.Ordinal));

        using var refused = await stage.PostAsync("/api/chat", Body("x"), await stage.TokenAsync("app"));
        using var taken = await stage.PostAsync("/api/chat", Body("x"), await stage.TokenAsync("out"));

        Assert.Equal((502, "upstream_unreachable"), ((int)refused.StatusCode, RightsStage.ReasonOf(refused)));
        Assert.Equal(HttpStatusCode.OK, taken.StatusCode);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static string Body(string name) => $$"""
        {"model":"{{name}}","stream":false,"max_tokens":9,"messages":[{"role":"user","content":"hi"}]}
        """;

    private async Task<HttpResponseMessage> CallAsync(string job, string path, string name)
    {
        var answer = await _stage.PostAsync(
            path, Body(name), await _stage.TokenAsync(job), ("anthropic-version", "2023-06-01"));
        await answer.Content.LoadIntoBufferAsync(Stop);
        return answer;
    }
}
