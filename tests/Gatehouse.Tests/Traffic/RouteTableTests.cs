using Gatehouse.Core.Traffic;

namespace Gatehouse.Tests.Traffic;

public sealed class RouteTableTests
{
    private const string Digest = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    [Theory]
    [InlineData("POST", "/v1/chat/completions", Endpoint.OpenAIChat)]
    [InlineData("POST", "/v1/completions", Endpoint.OpenAICompletions)]
    [InlineData("POST", "/v1/responses", Endpoint.OpenAIResponses)]
    [InlineData("POST", "/v1/embeddings", Endpoint.OpenAIEmbeddings)]
    [InlineData("GET", "/v1/models", Endpoint.OpenAIModels)]
    [InlineData("GET", "/v1/models/gpt-4o-mini", Endpoint.OpenAIModel)]
    [InlineData("POST", "/v1/messages", Endpoint.AnthropicMessages)]
    [InlineData("POST", "/v1/messages/count_tokens", Endpoint.AnthropicCountTokens)]
    [InlineData("GET", "/", Endpoint.OllamaRoot)]
    [InlineData("HEAD", "/", Endpoint.OllamaRoot)]
    [InlineData("GET", "/api/version", Endpoint.OllamaVersion)]
    [InlineData("GET", "/api/tags", Endpoint.OllamaTags)]
    [InlineData("HEAD", "/api/tags", Endpoint.OllamaTags)]
    [InlineData("GET", "/api/ps", Endpoint.OllamaPs)]
    [InlineData("POST", "/api/show", Endpoint.OllamaShow)]
    [InlineData("POST", "/api/chat", Endpoint.OllamaChat)]
    [InlineData("POST", "/api/generate", Endpoint.OllamaGenerate)]
    [InlineData("POST", "/api/embed", Endpoint.OllamaEmbed)]
    [InlineData("POST", "/api/embeddings", Endpoint.OllamaEmbeddings)]
    [InlineData("POST", "/api/pull", Endpoint.OllamaPull)]
    [InlineData("DELETE", "/api/delete", Endpoint.OllamaDelete)]
    [InlineData("POST", "/api/blobs/" + Digest, Endpoint.OllamaBlob)]
    [InlineData("POST", "/v1/audio/speech", Endpoint.OpenAIAudioSpeech)]
    [InlineData("POST", "/v1/images/edits", Endpoint.OpenAIImageEdits)]
    public void Each_listed_request_has_its_route(string method, string path, Endpoint endpoint) =>
        Assert.Equal(endpoint, RouteTable.Match(method, path, anthropicVersionHeader: false)?.Endpoint);

    [Theory]
    [InlineData("GET", "/v1/models", Endpoint.AnthropicModels)]
    [InlineData("GET", "/v1/models/claude-haiku-4-5", Endpoint.AnthropicModel)]
    [InlineData("POST", "/v1/messages", Endpoint.AnthropicMessages)]
    [InlineData("POST", "/v1/chat/completions", Endpoint.OpenAIChat)]
    [InlineData("GET", "/api/tags", Endpoint.OllamaTags)]
    public void The_version_header_decides_only_whose_models_are_meant(string method, string path, Endpoint endpoint) =>
        Assert.Equal(endpoint, RouteTable.Match(method, path, anthropicVersionHeader: true)?.Endpoint);

    [Theory]
    [InlineData("/chat/completions", Endpoint.OpenAIChat)]
    [InlineData("/v1/v1/chat/completions", Endpoint.OpenAIChat)]
    [InlineData("/openai/v1/chat/completions", Endpoint.OpenAIChat)]
    [InlineData("/openai/v1/embeddings", Endpoint.OpenAIEmbeddings)]
    [InlineData("/v1/openai/chat/completions", Endpoint.OpenAIChat)]
    [InlineData("/openai/responses", Endpoint.OpenAIResponses)]
    [InlineData("/messages", Endpoint.AnthropicMessages)]
    [InlineData("/v1/v1/messages/count_tokens", Endpoint.AnthropicCountTokens)]
    public void A_base_url_may_end_with_v1_or_not(string path, Endpoint endpoint) =>
        Assert.Equal(endpoint, RouteTable.Match("POST", path, anthropicVersionHeader: false)?.Endpoint);

    [Theory]
    [InlineData("/openai/deployments/gpt-4o/chat/completions", Endpoint.OpenAIChat)]
    [InlineData("/openai/deployments/gpt-4o/completions", Endpoint.OpenAICompletions)]
    [InlineData("/openai/deployments/org%2Fgpt-4o/embeddings", Endpoint.OpenAIEmbeddings)]
    [InlineData("/openai/deployments/gpt-4o/audio/speech", Endpoint.OpenAIAudioSpeech)]
    public void Azures_clients_name_the_model_in_the_path(string path, Endpoint endpoint) =>
        Assert.Equal(endpoint, RouteTable.Match("POST", path, anthropicVersionHeader: false)?.Endpoint);

    [Theory]
    [InlineData("//v1/chat/completions")]
    [InlineData("/v1//chat/completions")]
    [InlineData("/v1/chat/completions/")]
    [InlineData("/v1/chat/../chat/completions")]
    [InlineData("/v1/chat%2fcompletions")]
    [InlineData("/v1/chat/completion%73")]
    [InlineData("/V1/chat/completions")]
    [InlineData("/v1/v1/v1/chat/completions")]
    [InlineData("/openai/chat/completions")]
    [InlineData("/v1/openai/api/chat")]
    [InlineData("/v1/openai/v1/openai/chat/completions")]
    [InlineData("/openai/deployments/gpt")]
    [InlineData("/openai/deployments/gpt/")]
    [InlineData("/openai/deployments//chat/completions")]
    [InlineData("/openai/deployments/../chat/completions")]
    [InlineData("/openai/deployments/%2e%2e/chat/completions")]
    [InlineData("/openai/deployments/gpt/v1/chat/completions")]
    [InlineData("/openai/deployments/gpt/api/chat")]
    [InlineData("/openai/deployments/gpt/messages")]
    [InlineData("/openai/deployments/gpt/responses")]
    [InlineData("/openai/deployments/gpt/models")]
    [InlineData("/openai/deployments/gpt/models/gpt")]
    [InlineData("/openai/v1/api/chat")]
    [InlineData("/openai/openai/v1/chat/completions")]
    [InlineData("/v1/api/chat")]
    [InlineData("/api/chat\0")]
    [InlineData("/api/chat;x")]
    [InlineData("\\api\\chat")]
    [InlineData("")]
    [InlineData("v1/chat/completions")]
    [InlineData("/v1/models/")]
    [InlineData("/v1/models/..")]
    [InlineData("/v1/models/%2e%2e/x")]
    [InlineData("/v1/models/a%252fb")]
    [InlineData("/v1/models/a%00b")]
    [InlineData("/v1/models/%ff")]
    [InlineData("/v1/models/a//b")]
    [InlineData("/v1/files")]
    [InlineData("/v1/responses/resp_1")]
    [InlineData("/api/me")]
    [InlineData("/api/experimental/x")]
    [InlineData("/api/blobs/" + Digest + "0")]
    [InlineData("/api/blobs/../pull")]
    [InlineData("/v1/audio/x")]
    public void A_path_that_is_not_listed_letter_by_letter_does_not_exist(string path)
    {
        foreach (var method in new[] { "GET", "HEAD", "POST", "DELETE", "PUT" })
            Assert.Null(RouteTable.Match(method, path, anthropicVersionHeader: false));
        Assert.Null(RouteTable.AllowedMethods(path));
    }

    [Theory]
    [InlineData("GET", "/v1/chat/completions", "POST")]
    [InlineData("POST", "/api/tags", "GET, HEAD")]
    [InlineData("POST", "/api/delete", "DELETE")]
    [InlineData("post", "/api/chat", "POST")]
    [InlineData("DELETE", "/v1/models/x", "GET, HEAD")]
    public void A_wrong_method_has_no_route_and_the_right_ones_are_named(string method, string path, string allowed)
    {
        Assert.Null(RouteTable.Match(method, path, anthropicVersionHeader: false));
        Assert.Equal(allowed, RouteTable.AllowedMethods(path));
    }

    [Theory]
    [InlineData("/v1/models/llama3.2%3A3b", "llama3.2:3b")]
    [InlineData("/v1/models/org%2Fmodel", "org/model")]
    [InlineData("/models/org/model", "org/model")]
    public void A_model_in_the_path_is_unescaped_once(string path, string name) =>
        Assert.Equal(name, RouteTable.Match("GET", path, anthropicVersionHeader: false)?.NameIn(path));

    [Fact]
    public void A_blob_keeps_its_name_upstream()
    {
        var route = RouteTable.Match("HEAD", "/api/blobs/" + Digest, anthropicVersionHeader: false);
        Assert.Equal("/api/blobs/" + Digest, route?.UpstreamPathFor("/api/blobs/" + Digest));
    }

    [Fact]
    public void Every_endpoint_has_exactly_one_route_that_is_reached_by_its_own_path_and_methods()
    {
        Assert.Equal(Enum.GetValues<Endpoint>(), RouteTable.All.Select(route => route.Endpoint));
        Assert.Equal(RouteTable.All.Count, RouteTable.All.Select(route => route.Name).Distinct().Count());
        foreach (var route in RouteTable.All)
        {
            Assert.Same(route, RouteTable.Of(route.Endpoint));
            var path = !route.NameInPath ? route.UpstreamPath
                : route.UpstreamPath + (route.Dialect == Dialect.Ollama ? "/" + Digest : "/m");
            foreach (var method in route.Methods.Split(", "))
                Assert.Same(route, RouteTable.Match(method, path, route.Dialect == Dialect.Anthropic));
        }
    }

    [Fact]
    public void Every_route_that_takes_a_prompt_is_inspected_and_asks_for_a_scope_of_prompts()
    {
        foreach (var route in RouteTable.All)
        {
            var isCall = route.Kind == RouteKind.Call;
            Assert.Equal(isCall || route.Endpoint == Endpoint.OllamaShow, route.ModelInBody);
            Assert.Equal(isCall, route.Scope is EndpointScope.Chat or EndpointScope.Completions
                or EndpointScope.Responses or EndpointScope.Embeddings);
            Assert.Equal(route.Kind == RouteKind.Manage, route.Scope == EndpointScope.Manage);
            Assert.Equal(route.Kind == RouteKind.Opaque, route.Scope == EndpointScope.Opaque);
            Assert.Equal(route.Kind == RouteKind.Opaque, route.OpaqueName is not null);
            Assert.Equal(route.Endpoint is Endpoint.OllamaChat or Endpoint.OllamaGenerate, route.StreamByDefault);
        }
    }

    [Fact]
    public void Scope_names_are_read_back_and_messages_is_chat()
    {
        foreach (var scope in Enum.GetValues<EndpointScope>())
        {
            Assert.True(EndpointScopeNames.TryParse(EndpointScopeNames.NameOf(scope), out var read));
            Assert.Equal(scope, read);
        }
        Assert.All(EndpointScopeNames.All, name => Assert.True(EndpointScopeNames.TryParse(name, out _)));
        Assert.True(EndpointScopeNames.TryParse("messages", out var messages));
        Assert.Equal(EndpointScope.Chat, messages);
        Assert.False(EndpointScopeNames.TryParse("Chat", out _));
        Assert.False(EndpointScopeNames.TryParse(null, out _));
    }
}
