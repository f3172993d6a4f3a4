using System.Net;
using System.Text.Json;

namespace Gatehouse.Tests.Gate;

/// <summary>A token and a job reach what they name, and learn of nothing else.</summary>
public sealed class ScopeTests(RightsStage stage) : IClassFixture<RightsStage>
{
    [Theory]
    [InlineData("chat", "openai.chat ollama.chat ollama.generate anthropic.messages anthropic.count-tokens")]
    [InlineData("completions", "openai.completions")]
    [InlineData("responses", "openai.responses")]
    [InlineData("embeddings", "openai.embeddings ollama.embed ollama.embeddings")]
    [InlineData("manage", "ollama.pull ollama.push ollama.create ollama.copy ollama.delete")]
    [InlineData("opaque", "openai.audio-speech openai.images-generations")]
    public async Task A_token_for_an_endpoint_serves_that_endpoint_only(string endpoint, string routes)
    {
        var token = await stage.Gate.TokenAsync("keeper", ("endpoint", endpoint));
        var mine = routes.Split(' ');
        string[] others =
        [
            "openai.chat", "openai.completions", "openai.responses", "openai.embeddings", "anthropic.messages",
            "ollama.chat", "ollama.embed", "ollama.pull", "openai.audio-speech",
        ];
        foreach (var route in mine.Concat(others).Distinct())
        {
            using var response = await GateRoutes.SendAsync(stage.Gate, route, token);
            Assert.Equal(mine.Contains(route) ? "" : "endpoint_out_of_scope", RightsStage.ReasonOf(response));
            Assert.Equal(mine.Contains(route) ? 200 : 403, (int)response.StatusCode);
        }

        using var list = await GateRoutes.SendAsync(stage.Gate, "openai.models", token);
        Assert.Equal(HttpStatusCode.OK, list.StatusCode);
    }

    [Fact]
    public async Task Lists_and_shows_answer_with_the_tokens_own_models_only()
    {
        var all = await stage.Gate.TokenAsync("all");
        var one = await stage.Gate.TokenAsync("all", ("model", "llama"));

        Assert.Equal(["llama3.2:3b", "nomic-embed-text", "gpt-4o-mini"], await NamesAsync("openai.models", all));
        Assert.Equal(["llama3.2:3b"], await NamesAsync("openai.models", one));
        Assert.Equal(
            ["llama3.2:3b", "nomic-embed-text", "claude-haiku-4-5"], await NamesAsync("anthropic.models", all));
        Assert.Equal(["llama3.2:3b"], await NamesAsync("anthropic.models", one));
        Assert.Equal(["llama3.2:3b", "nomic-embed-text:latest"], await NamesAsync("ollama.tags", all));
        Assert.Equal(["llama3.2:3b"], await NamesAsync("ollama.tags", one));
        Assert.DoesNotContain("gpt-4o-mini", await NamesAsync("ollama.ps", all));
        foreach (var (method, path, body) in new[]
        {
            ("GET", "/v1/models/gpt-4o-mini", null), ("GET", "/v1/models/gpt", null),
            ("POST", "/api/show", """{"model":"nomic-embed-text"}"""),
            ("POST", "/v1/chat/completions", GateTexts.OpenAiChat("hi")),
            ("POST", "/v1/messages", GateTexts.AnthropicMessage("hi")),
        })
        {
            using var response = await stage.Gate.SendAsync(new HttpMethod(method), path, body, one);
            var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            Assert.Equal("model_not_found", RightsStage.ReasonOf(response));
            Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
            Assert.DoesNotContain("'embed'", text, StringComparison.Ordinal);
            Assert.DoesNotContain("'claude'", text, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("llama", "llama3.2:3b")]
    [InlineData("llama3.2:3b", "llama3.2:3b")]
    [InlineData("gpt", "gpt-4o-mini")]
    public async Task A_model_is_called_by_its_key_or_its_upstream_name(string asked, string received)
    {
        using var response = await stage.Gate.PostAsync(
            "/v1/chat/completions", GateTexts.OpenAiChat("hello", model: asked), await stage.Gate.TokenAsync("all"));
        using var answer = JsonDocument.Parse(
            await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));

        Assert.Equal(received, answer.RootElement.GetProperty("model").GetString());
    }

    [Theory]
    [InlineData("/v1/files")]
    [InlineData("/v1/batches")]
    [InlineData("/v1/assistants")]
    [InlineData("/v1/realtime")]
    [InlineData("/v1/responses/resp_1")]
    [InlineData("/v1/chat/completions/")]
    [InlineData("//v1/chat/completions")]
    [InlineData("/v1/./chat/completions")]
    [InlineData("/v1/x/../chat/completions")]
    [InlineData("/v1/chat%2Fcompletions")]
    [InlineData("/V1/chat/completions")]
    [InlineData("/api/embeddings/extra")]
    [InlineData("/metrics")]
    [InlineData("/healthz")]
    [InlineData("/live")]
    [InlineData("/acts/token.issue")]
    [InlineData("*")]
    public async Task What_is_no_listed_route_does_not_exist(string path)
    {
        var calls = stage.Gate.Model.Calls.Count;
        using var caller = await RawCaller.ConnectAsync(stage.Gate.Server.GateAddress);
        var method = path == "*" ? "OPTIONS" : "POST";
        await caller.SendAsync(
            $"{method} {path} HTTP/1.1\r\nHost: gate\r\nAuthorization: "
                + $"Bearer {await stage.Gate.TokenAsync("keeper")}\r\n"
            + "Content-Length: 0\r\nConnection: close\r\n\r\n");
        var answer = await caller.ReceiveToEndAsync();

        Assert.StartsWith("HTTP/1.1 404", answer, StringComparison.Ordinal);
        Assert.Contains("X-Gatehouse-Reason: unknown_url", answer, StringComparison.Ordinal);
        Assert.Equal(calls, stage.Gate.Model.Calls.Count);
    }

    [Fact]
    public async Task A_route_with_another_method_names_the_methods_that_there_are()
    {
        using var response = await stage.Gate.SendAsync(
            HttpMethod.Delete, "/v1/chat/completions", null, await stage.Gate.TokenAsync("all"));

        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
        Assert.Equal(["POST"], response.Content.Headers.Allow);
    }

    [Fact]
    public async Task Managing_models_and_opaque_routes_are_on_record_with_a_flag()
    {
        var token = await stage.Gate.TokenAsync("keeper");
        using var pull = await stage.Gate.PostAsync("/api/pull", """{"model":"llama3.2:3b"}""", token);
        using var speech = await GateRoutes.SendAsync(stage.Gate, "openai.audio-speech", token);

        Assert.Equal("manages-models", RowOf(pull).Flags);
        Assert.Equal("opaque", RowOf(speech).Flags);
        Assert.Equal("audio/mpeg", speech.Content.Headers.ContentType?.MediaType);
        Assert.Equal(2048, (await speech.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken)).Length);
    }

    [Fact]
    public async Task An_opaque_body_passes_byte_for_byte_with_its_own_type()
    {
        var token = await stage.Gate.TokenAsync("keeper");
        byte[] body =
        [
            .. "--a b\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\ngpt-4o-mini\r\n--a b\r\n"u8,
            .. "Content-Disposition: form-data; name=\"file\"; filename=\"f\"\r\n\r\n"u8,
            .. Enumerable.Range(0, 5000).Select(one => (byte)(one * 7)), .. "\r\n--a b--\r\n"u8,
        ];
        using var content = new ByteArrayContent(body);
        content.Headers.TryAddWithoutValidation("Content-Type", "multipart/form-data; boundary=\"a b\"");
        using var request = new HttpRequestMessage(
            HttpMethod.Post, new Uri(stage.Gate.BaseUrl, "/v1/audio/transcriptions"))
        { Content = content };
        request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {token}");
        using var response = await stage.Gate.Client.SendAsync(request, TestContext.Current.CancellationToken);

        var call = stage.Gate.Model.Calls.Snapshot()[^1];
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(body, call.Body.ToArray());
        Assert.Equal("multipart/form-data; boundary=\"a b\"", call.Header("content-type"));
    }

    private Gatehouse.Storage.ExchangeRow RowOf(HttpResponseMessage response)
    {
        var id = response.Headers.GetValues("X-Gatehouse-Exchange").Single();
        return stage.Gate.Exchanges().Single(row => row.Id == id);
    }

    private async Task<List<string>> NamesAsync(string route, string token)
    {
        using var response = await GateRoutes.SendAsync(stage.Gate, route, token);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        using var list = JsonDocument.Parse(
            await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        var isOllama = list.RootElement.TryGetProperty("models", out var entries);
        return [.. (isOllama ? entries : list.RootElement.GetProperty("data")).EnumerateArray()
            .Select(entry => entry.GetProperty(isOllama ? "name" : "id").GetString()!)];
    }
}
