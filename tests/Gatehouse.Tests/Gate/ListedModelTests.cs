using System.Net;
using System.Text.Json;

namespace Gatehouse.Tests.Gate;

/// <summary>Lists, versions and descriptions of models are as true as their servers are.</summary>
public sealed class ListedModelTests : IAsyncLifetime
{
    private const string Estate = """
        estate: 1
        name: test
        node: lists
        listen: { gate: "127.0.0.1:0", control: "127.0.0.1:0" }
        models:
          every:  { provider: ollama, url: "{wire}", name: "*" }
          llama:  { provider: ollama, url: "{wire}", name: "Llama3.2:3b", timeouts: { first-byte: 1s } }
          hf:     { provider: ollama, url: "{wire}", name: "hf.co/Some/Model-GGUF:Q4_K_M" }
          tagged: { provider: ollama, url: "{wire}", name: nomic-embed-text }
          vllm:   { provider: openai, url: "{wire}", name: qwen }
          served: { provider: openai, url: "{wire}", name: "*" }
          some:   { provider: openai, url: "{wire}", name: "q*" }
          spoken: { provider: anthropic, url: "{wire}", name: "oth*" }
          bothoa: { provider: openai, url: "{wire}", name: both }
          bothan: { provider: anthropic, url: "{wire}", name: both }
          gone:   { provider: ollama, url: "http://127.0.0.1:1", name: "llama3.2:1b" }
          goneall: { provider: openai, url: "http://127.0.0.1:1", name: "*" }
        prices:
          "llama3.2:3b": { input-per-million: 1000000 }
        jobs:
          any:   { owner: ops, model: every, source: prompt, sink: none }
          named: { owner: ops, models: [llama, hf, tagged], source: prompt, sink: none }
          open:  { owner: ops, models: [vllm, llama], source: prompt, sink: none }
          all:   { owner: ops, model: served, source: prompt, sink: none }
          down:  { owner: ops, models: [gone], source: prompt, sink: none }
          dark:  { owner: ops, models: [goneall], source: prompt, sink: none }
          mixed: { owner: ops, models: [gone, every], source: prompt, sink: none }
          twice: { owner: ops, models: [every, some, spoken], source: prompt, sink: none }
          both:  { owner: ops, models: [bothoa, bothan], source: prompt, sink: none }
          spent: { owner: ops, model: every, source: prompt, sink: none, limits: { cost-per-month: 1 } }
        """;

    private const string Vllm = """
        {"object":"list","data":[{"id":"qwen","object":"model","created":1700000000,"owned_by":"vllm",
        "root":"/models/qwen","max_model_len":32768,"pricing":{"prompt":"0.1"}},
        {"id":"other","object":"model","created":5,"owned_by":"x","context_length":9}]}
        """;

    private const string Tags = """
        {"models":[{"name":"llama3.2:3b","model":"llama3.2:3b","size":2019393189,"digest":"a80c"},
        {"name":"nomic-embed-text:latest","model":"nomic-embed-text:latest","digest":"b1"}]}
        """;

    private readonly WireUpstream _upstream = new();
    private readonly Dictionary<string, string> _tokens = [];
    private GateStage _gate = null!;

    public async ValueTask InitializeAsync()
    {
        _gate = await GateStage.StartAsync(Estate.Replace("{wire}", _upstream.Address, StringComparison.Ordinal));
        foreach (var job in (string[])
            ["any", "named", "open", "all", "down", "dark", "mixed", "twice", "both", "spent"])
        {
            _tokens[job] = await _gate.TokenAsync(job);
        }
        _upstream.OnJson("/api/tags", Tags);
        _upstream.OnJson("/api/version", """{"version":"0.13.1"}""");
        _upstream.OnJson("/api/ps", """{"models":[{"name":"llama3.2:3b","model":"llama3.2:3b"}]}""");
        _upstream.OnJson("/v1/models", Vllm);
    }

    public async ValueTask DisposeAsync()
    {
        await _gate.DisposeAsync();
        await _upstream.DisposeAsync();
    }

    [Theory]
    [InlineData("/api/version")]
    [InlineData("/api/tags")]
    [InlineData("/api/ps")]
    public async Task A_question_to_a_server_that_is_down_is_a_502_and_no_empty_answer(string path)
    {
        var (status, text) = await GetAsync("down", path);

        Assert.Equal(502, status);
        Assert.Contains("'gone' at 127.0.0.1:1 cannot be reached: the connection was refused", text,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_description_from_a_server_that_is_down_or_slow_is_a_502_or_504_and_no_404()
    {
        _upstream.On("/api/show", _ => Task.Delay(Timeout.Infinite, _upstream.Stop));

        Assert.Equal(502, (await ShowAsync("down", "gone")).Status);
        var (status, text) = await ShowAsync("named", "llama");

        Assert.Equal(504, status);
        Assert.Contains("did not answer /api/show", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_job_without_an_Ollama_has_no_version_of_one()
    {
        var (status, text) = await GetAsync("all", "/api/version");

        Assert.Equal(404, status);
        using var body = JsonDocument.Parse(text);
        Assert.Contains("No model of job 'all' is on an Ollama", body.RootElement.GetProperty("error").GetString(),
            StringComparison.Ordinal);
        Assert.Equal((200, """{"version":"0.13.1"}"""), await GetAsync("open", "/api/version"));
    }

    [Fact]
    public async Task A_server_that_has_no_version_gets_none_from_the_gate()
    {
        _upstream.On("/api/version", "404 Not Found", "{}"u8.ToArray());

        Assert.Equal(404, (await GetAsync("any", "/api/version")).Status);
    }

    [Fact]
    public async Task A_server_that_answers_late_is_waited_for()
    {
        _upstream.On("/api/version", async to =>
        {
            await Task.Delay(2500, _upstream.Stop);
            await to.WriteAsync(WireUpstream.Whole("200 OK", """{"version":"0.9.9"}"""u8.ToArray()));
        });

        Assert.Equal((200, """{"version":"0.9.9"}"""), await GetAsync("any", "/api/version"));
    }

    [Fact]
    public async Task A_server_that_is_down_hides_nothing_of_one_that_is_not()
    {
        var (status, text) = await GetAsync("mixed", "/api/tags");

        Assert.Equal(200, status);
        Assert.Contains("nomic-embed-text:latest", text, StringComparison.Ordinal);
        Assert.Equal((200, """{"version":"0.13.1"}"""), await GetAsync("mixed", "/api/version"));
        Assert.Contains("llama3.2:3b", (await GetAsync("mixed", "/api/ps")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_list_without_names_of_its_own_is_a_502_when_its_server_is_down()
    {
        Assert.Equal(502, (await GetAsync("dark", "/v1/models")).Status);
        Assert.Equal(502, (await GetAsync("dark", "/v1/models/qwen")).Status);
        var (status, text) = await GetAsync("down", "/v1/models");
        Assert.Equal(200, status);
        Assert.Contains("\"id\":\"llama3.2:1b\"", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_error_of_the_server_is_no_answer()
    {
        _upstream.OnJson("/api/show", """{"error":"model not found"}""", "404 Not Found");
        Assert.Equal(404, (await ShowAsync("named", "llama")).Status);

        _upstream.OnJson("/api/ps", """{"error":"starting"}""", "503 Service Unavailable");
        Assert.Equal(502, (await GetAsync("any", "/api/ps")).Status);
    }

    [Theory]
    [InlineData("open", "qwen")]
    [InlineData("all", "qwen")]
    public async Task Entries_of_a_list_keep_the_fields_that_their_server_gives_them(string job, string name)
    {
        using var list = JsonDocument.Parse((await GetAsync(job, "/v1/models")).Text);
        var listed = list.RootElement.GetProperty("data").EnumerateArray()
            .Single(entry => entry.GetProperty("id").GetString() == name);
        using var one = JsonDocument.Parse((await GetAsync(job, $"/v1/models/{name}")).Text);

        foreach (var entry in (JsonElement[])[listed, one.RootElement])
        {
            Assert.Equal(32768, entry.GetProperty("max_model_len").GetInt32());
            Assert.Equal("vllm", entry.GetProperty("owned_by").GetString());
            Assert.Equal(1700000000, entry.GetProperty("created").GetInt64());
            Assert.Equal("0.1", entry.GetProperty("pricing").GetProperty("prompt").GetString());
        }
        if (job == "open")
            Assert.DoesNotContain("context_length", list.RootElement.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_entries_that_overlap_each_dialect_means_one_that_speaks_it()
    {
        _upstream.OnJson("/api/chat", """{"model":"x","message":{"role":"assistant","content":"o"},"done":true}""");
        _upstream.OnJson("/v1/messages", """{"type":"message","content":[],"stop_reason":"end_turn"}""");

        // "qwen" fits the longer beginning of an entry that does not speak Ollama's dialect.
        using var chat = await ChatAsync("twice", "qwen");
        Assert.Equal(HttpStatusCode.OK, chat.StatusCode);
        // One server, declared once for each dialect that it speaks.
        using var message = await _gate.PostAsync("/v1/messages",
            """{"model":"both","max_tokens":9,"messages":[{"role":"user","content":"hi"}]}""", _tokens["both"]);
        Assert.Equal(HttpStatusCode.OK, message.StatusCode);
        // Where no entry speaks the dialect, the refusal says so.
        using var refused = await ChatAsync("both", "both");
        var why = await refused.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Contains("does not speak", why, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_list_names_each_model_once_and_only_where_a_call_reaches_it()
    {
        using var list = JsonDocument.Parse((await GetAsync("twice", "/v1/models")).Text);

        var names = list.RootElement.GetProperty("data").EnumerateArray()
            .Select(entry => entry.GetProperty("id").GetString()!).ToArray();
        Assert.Equal(names.Distinct(), names);
        Assert.Equal(["other", "qwen"], names.Order(StringComparer.Ordinal));
        foreach (var name in names)
            Assert.Equal(200, (await GetAsync("twice", $"/v1/models/{name}")).Status);
    }

    [Fact]
    public async Task One_model_is_found_by_every_name_that_a_call_may_use()
    {
        foreach (var name in (string[])["llama", "Llama3.2:3b", "llama3.2:3B", "library/llama3.2:3b"])
        {
            var (status, text) = await GetAsync("open", $"/v1/models/{name}");
            Assert.Equal(200, status);
            Assert.Contains("\"id\":\"Llama3.2:3b\"", text, StringComparison.Ordinal);
        }
        Assert.Equal(404, (await GetAsync("open", "/v1/models/other")).Status);
    }

    [Theory]
    [InlineData("llama3.2:3b", "Llama3.2:3b")]
    [InlineData("LLAMA3.2:3B", "Llama3.2:3b")]
    [InlineData("library/llama3.2:3b", "Llama3.2:3b")]
    [InlineData("registry.ollama.ai/library/llama3.2:3b", "Llama3.2:3b")]
    [InlineData("https://registry.ollama.ai/library/llama3.2:3b", "Llama3.2:3b")]
    [InlineData("HF.co/some/model-gguf:q4_k_m", "hf.co/Some/Model-GGUF:Q4_K_M")]
    [InlineData("Nomic-Embed-Text:latest", "nomic-embed-text")]
    [InlineData("library/nomic-embed-text", "nomic-embed-text")]
    [InlineData("llama3.2", null)]
    [InlineData("other/llama3.2:3b", null)]
    [InlineData("hf.co/library/llama3.2:3b", null)]
    public async Task Names_resolve_as_Ollama_resolves_them(string name, string? upstreamName)
    {
        var asked = "";
        _upstream.On("/api/chat", (to, request) =>
        {
            asked = request;
            return to.WriteAsync(WireUpstream.Whole("200 OK", """{"done":true}"""u8.ToArray())).AsTask();
        });

        using var response = await ChatAsync("named", name);

        Assert.Equal(upstreamName is null ? 404 : 200, (int)response.StatusCode);
        if (upstreamName is not null)
            Assert.Contains($"\"model\":\"{upstreamName}\"", asked, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_spelling_of_a_name_has_no_other_price()
    {
        _upstream.OnJson("/api/chat", """{"done":true,"prompt_eval_count":9,"eval_count":1}""");

        using var first = await ChatAsync("spent", "Library/LLAMA3.2:3b");
        using var second = await ChatAsync("spent", "library/llama3.2:3B");

        Assert.Contains("budget", RightsStage.ReasonOf(first) + RightsStage.ReasonOf(second), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_verbose_description_is_asked_for_when_the_caller_asks()
    {
        _upstream.On("/api/show", (to, request) => to.WriteAsync(WireUpstream.Whole("200 OK\r\nConnection: close",
            System.Text.Encoding.UTF8.GetBytes(
                request.Contains("\"verbose\":true", StringComparison.Ordinal) ? """{"tokens":["a"]}""" : "{\"b\":1}")))
            .AsTask());

        Assert.Equal((200, """{"tokens":["a"]}"""), await ShowAsync("named", "llama", ",\"verbose\":true"));
        Assert.Equal((200, "{\"b\":1}"), await ShowAsync("named", "llama"));
        Assert.Equal((200, "{\"b\":1}"), await ShowAsync("any", "LLAMA3.2:3b", ",\"verbose\":false"));
    }

    private Task<HttpResponseMessage> ChatAsync(string job, string model) => _gate.PostAsync(
        "/api/chat", $$"""{"model":"{{model}}","stream":false,"messages":[{"role":"user","content":"hi"}]}""",
        _tokens[job]);

    private async Task<(int Status, string Text)> ShowAsync(string job, string model, string more = "")
    {
        using var response = await _gate.PostAsync("/api/show", $"{{\"model\":\"{model}\"{more}}}", _tokens[job]);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    private async Task<(int Status, string Text)> GetAsync(string job, string path)
    {
        using var response = await _gate.SendAsync(HttpMethod.Get, path, null, _tokens[job]);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }
}
