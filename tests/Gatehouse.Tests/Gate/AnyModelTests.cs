using System.Net;
using System.Text;
using System.Text.Json;
using Gatehouse.Core.Ledger;
using Gatehouse.Demo;
using Gatehouse.Storage;

namespace Gatehouse.Tests.Gate;

/// <summary>A job that may call every model that a server has: how an adopted app keeps its own choice.</summary>
public sealed class AnyModelTests : IAsyncLifetime
{
    private const string Estate = """
        estate: 1
        name: test
        node: any
        listen: { gate: "127.0.0.1:0", control: "127.0.0.1:0" }
        models:
          ollama: { provider: ollama, url: "{model}", name: "*" }
          served: { provider: openai, url: "{model}", name: "*" }
          named:  { provider: openai, url: "{model}", name: gpt-4o-mini }
          dated:  { provider: anthropic, url: "{model}", name: "claude-*" }
          small:  { provider: anthropic, url: "{model}/small", name: "claude-haiku-*" }
        prices:
          "llama3.2:3b": { input-per-million: 1000000 }
        jobs:
          app: { owner: ops, models: [ollama, named], source: prompt, sink: none, mode: observe }
          open: { owner: ops, model: served, source: prompt, sink: none }
          only: { owner: ops, model: named, source: prompt, sink: none }
          searcher:
            { owner: ops, model: served, source: prompt, sink: none, provider-tools: [searching-model] }
          agent: { owner: ops, models: [dated, small, ollama], source: prompt, sink: none }
          claude: { owner: ops, models: [dated, small], source: prompt, sink: none }
          spent:
            { owner: ops, model: ollama, source: prompt, sink: none, limits: { cost-per-month: 1 } }
        """;

    private static readonly string[] Served = ["llama3.2:3b", "nomic-embed-text:latest", "ollama-like:7b"];

    private GateStage _stage = null!;

    public async ValueTask InitializeAsync() => _stage = await GateStage.StartAsync(
        Estate, options: new ScriptedModelOptions { Models = Served });

    public ValueTask DisposeAsync() => _stage.DisposeAsync();

    [Theory]
    [InlineData("/api/chat", "llama3.2:3b", true)]
    [InlineData("/v1/chat/completions", "ollama-like:7b", true)]
    [InlineData("/v1/chat/completions", "gpt-4o-mini", false)]
    public async Task A_name_goes_on_as_it_is_unless_the_estate_has_it(string path, string name, bool isAny)
    {
        using var answer = await CallAsync("app", path, name);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("app", answer.Headers.GetValues("X-Gatehouse-Job").Single());
        var row = _stage.Exchanges()[^1];
        Assert.Equal((isAny ? $"ollama/{name}" : "named", "observe"), (row.Model, row.Flags));
        var facts = LastRequest();
        Assert.Equal((isAny ? "ollama" : "named", isAny ? name : null), (facts.Model, facts.ModelName));
        Assert.Equal(isAny ? "ollama-digest" : "name-and-date", facts.Identity!.Value.Kind);
        Assert.Empty(facts.Splices);
    }

    [Theory]
    [InlineData("claude-sonnet-4-5-20260929", "dated", "/v1/messages")]
    [InlineData("claude-haiku-4-5", "small", "/small/v1/messages")]
    [InlineData("llama3.2:3b", "ollama", "/v1/messages")]
    public async Task A_name_means_the_entry_that_names_the_most_of_its_beginning(string name, string key, string path)
    {
        using var answer = await CallAsync("agent", "/v1/messages", name);

        Assert.Equal((key, name), (LastRequest().Model, LastRequest().ModelName));
        Assert.Equal(path, _stage.Model.Calls.Snapshot().Last(call => call.Method == "POST").Path);
    }

    [Theory]
    [InlineData("gpt-5")]
    [InlineData("claude-*")]
    [InlineData("Claude-x")]
    public async Task A_name_that_begins_otherwise_is_no_model(string name)
    {
        using var answer = await CallAsync("claude", "/v1/messages", name);

        Assert.Equal("model_not_found", RightsStage.ReasonOf(answer));
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Contains("'claude-*'", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_that_the_server_does_not_have_is_the_servers_to_refuse()
    {
        using var answer = await CallAsync("app", "/api/chat", "missing-model");

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.False(answer.Headers.Contains("X-Gatehouse-Reason"));
    }

    [Theory]
    [InlineData("x/y:online")]
    [InlineData("@preset/mine")]
    [InlineData("gpt-4o-search-preview")]
    [InlineData("groq/compound")]
    public async Task A_name_that_makes_a_router_search_needs_the_right_to_it(string name)
    {
        using var refused = await CallAsync("open", "/v1/chat/completions", name);
        using var taken = await CallAsync("searcher", "/v1/chat/completions", name);

        Assert.Equal("provider_tool", RightsStage.ReasonOf(refused));
        Assert.Equal(HttpStatusCode.OK, taken.StatusCode);
    }

    [Theory]
    [InlineData("open", "gpt-5", "served", "gpt-5")]
    [InlineData("app", "gpt-4o-mini", "named", null)]
    public async Task In_Azures_paths_the_path_names_the_model_and_not_the_body(
        string job, string deployment, string key, string? name)
    {
        using var answer = await CallAsync(
            job, $"/openai/deployments/{deployment}/chat/completions?api-version=2024-10-21", "llama3.2:3b");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal((key, name), (LastRequest().Model, LastRequest().ModelName));
        Assert.Equal(["model"], LastRequest().Splices);
        var call = _stage.Model.Calls.Snapshot().Last(call => call.Method == "POST");
        Assert.Equal("/v1/chat/completions", call.Path);
        using var body = JsonDocument.Parse(call.Body);
        Assert.Equal(deployment, body.RootElement.GetProperty("model").GetString());
    }

    [Theory]
    [InlineData("only", "gpt-5", "model_not_found")]
    [InlineData("open", "gpt-5%3Aonline", "provider_tool")]
    public async Task What_a_job_may_not_call_it_may_not_call_by_Azures_paths(string job, string name, string reason)
    {
        var path = $"/openai/deployments/{name}/chat/completions?api-version=2024-10-21";
        using var answer = await CallAsync(job, path, "gpt-4o-mini");

        Assert.Equal(reason, RightsStage.ReasonOf(answer));
    }

    [Fact]
    public async Task In_Azures_paths_the_body_need_not_name_a_model()
    {
        const string Path = "/openai/deployments/gpt-5/chat/completions";
        using var answer = await _stage.PostAsync(
            Path, """ {"messages":[{"role":"user","content":"hello"}]}""", await _stage.TokenAsync("open"));
        var sent = _stage.Model.Calls.Snapshot().Last(call => call.Method == "POST").Body;
        using var empty = await _stage.PostAsync(Path, "{}", await _stage.TokenAsync("open"));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(
            """ {"model":"gpt-5","messages":[{"role":"user","content":"hello"}]}""",
            Encoding.UTF8.GetString(sent.Span));
        Assert.Equal("malformed_request", RightsStage.ReasonOf(empty));
    }

    [Fact]
    public async Task The_placeholder_itself_is_no_model()
    {
        using var answer = await CallAsync("app", "/api/chat", "*");

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Equal("model_not_found", RightsStage.ReasonOf(answer));
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Contains("every model that 'ollama' has", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lists_show_what_the_server_has_and_what_the_estate_names()
    {
        Assert.Equal(Served, await NamesAsync("app", "/api/tags", "models", "name"));
        string[] both = [.. Served, "gpt-4o-mini"];
        Assert.Equal(both, await NamesAsync("app", "/v1/models", "data", "id"));
        Assert.Equal(Served, await NamesAsync("open", "/v1/models", "data", "id"));
        using var one = await GetAsync("app", "/v1/models/llama3.2:3b");
        Assert.Equal(HttpStatusCode.OK, one.StatusCode);
        using var key = await GetAsync("app", "/v1/models/ollama");
        Assert.Equal(HttpStatusCode.NotFound, key.StatusCode);
    }

    [Fact]
    public async Task Any_model_that_the_server_has_can_be_shown_and_an_invented_one_is_not_asked_for()
    {
        using var shown = await ShowAsync("ollama-like:7b");
        using var untagged = await ShowAsync("nomic-embed-text");
        using var invented = await ShowAsync("invented");

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (shown.StatusCode, untagged.StatusCode));
        Assert.Equal("model_not_found", RightsStage.ReasonOf(invented));
    }

    [Fact]
    public async Task A_price_by_upstream_name_holds_for_a_model_that_only_the_call_named()
    {
        using var first = await CallAsync("spent", "/api/chat", "ollama-like:7b");
        using var second = await CallAsync("spent", "/api/chat", "llama3.2:3b");
        using var third = await CallAsync("spent", "/api/chat", "llama3.2:3b");

        Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        Assert.Contains("budget", RightsStage.ReasonOf(second) + RightsStage.ReasonOf(third), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_call_that_nobody_knows_names_no_job()
    {
        using var answer = await _stage.SendAsync(HttpMethod.Get, "/api/tags", null, null);

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.False(answer.Headers.Contains("X-Gatehouse-Job"));
    }

    private async Task<HttpResponseMessage> CallAsync(string job, string path, string model)
    {
        var answer = await _stage.PostAsync(
            path, $$"""{"model":"{{model}}","stream":false,"messages":[{"role":"user","content":"hello"}]}""",
            await _stage.TokenAsync(job));
        await answer.Content.LoadIntoBufferAsync(TestContext.Current.CancellationToken);
        return answer;
    }

    private async Task<HttpResponseMessage> ShowAsync(string model) => await _stage.PostAsync(
        "/api/show", $$"""{"model":"{{model}}"}""", await _stage.TokenAsync("app"));

    private async Task<HttpResponseMessage> GetAsync(string job, string path)
        => await _stage.SendAsync(HttpMethod.Get, path, null, await _stage.TokenAsync(job));

    private async Task<string[]> NamesAsync(string job, string path, string list, string name)
    {
        using var answer = await GetAsync(job, path);
        using var json =
            JsonDocument.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        var models = json.RootElement.GetProperty(list).EnumerateArray();
        return [.. models.Select(one => one.GetProperty(name).GetString()!)];
    }

    private CallFacts LastRequest()
    {
        using var reader = LedgerReader.OpenReadOnly(_stage.Server.Home);
        var index = _stage.Exchanges()[^1].Index;
        return ((RequestEntry)reader.FindEntry(index)!.Leaf!.Entry).Call;
    }
}
