namespace Gatehouse.Core.Traffic;

/// <summary>The routes themselves, one instance per endpoint. Who may use which is the gate's business.</summary>
internal static class RouteList
{
    public static IReadOnlyList<Route> All { get; } =
    [
        Call(Endpoint.OpenAIChat, EndpointScope.Chat, "openai.chat", "/v1/chat/completions"),
        Call(Endpoint.OpenAICompletions, EndpointScope.Completions, "openai.completions", "/v1/completions"),
        Call(Endpoint.OpenAIResponses, EndpointScope.Responses, "openai.responses", "/v1/responses"),
        Call(Endpoint.OpenAIEmbeddings, EndpointScope.Embeddings, "openai.embeddings", "/v1/embeddings"),
        Models(Endpoint.OpenAIModels, Dialect.OpenAI, "openai.models"),
        Model(Endpoint.OpenAIModel, Dialect.OpenAI, "openai.model"),
        Call(Endpoint.AnthropicMessages, EndpointScope.Chat, "anthropic.messages", "/v1/messages"),
        Call(Endpoint.AnthropicCountTokens, EndpointScope.Chat, "anthropic.count-tokens", "/v1/messages/count_tokens"),
        Models(Endpoint.AnthropicModels, Dialect.Anthropic, "anthropic.models"),
        Model(Endpoint.AnthropicModel, Dialect.Anthropic, "anthropic.model"),
        Asked(Endpoint.OllamaRoot, RouteKind.Probe, "ollama.root", "/", "GET, HEAD"),
        Asked(Endpoint.OllamaVersion, RouteKind.Probe, "ollama.version", "/api/version", "GET, HEAD"),
        Asked(Endpoint.OllamaTags, RouteKind.List, "ollama.tags", "/api/tags", "GET, HEAD"),
        Asked(Endpoint.OllamaPs, RouteKind.List, "ollama.ps", "/api/ps", "GET, HEAD"),
        Asked(Endpoint.OllamaShow, RouteKind.Show, "ollama.show", "/api/show", "POST"),
        Call(Endpoint.OllamaChat, EndpointScope.Chat, "ollama.chat", "/api/chat"),
        Call(Endpoint.OllamaGenerate, EndpointScope.Chat, "ollama.generate", "/api/generate"),
        Call(Endpoint.OllamaEmbed, EndpointScope.Embeddings, "ollama.embed", "/api/embed"),
        Call(Endpoint.OllamaEmbeddings, EndpointScope.Embeddings, "ollama.embeddings", "/api/embeddings"),
        Manage(Endpoint.OllamaPull, "ollama.pull", "/api/pull", "POST"),
        Manage(Endpoint.OllamaPush, "ollama.push", "/api/push", "POST"),
        Manage(Endpoint.OllamaCreate, "ollama.create", "/api/create", "POST"),
        Manage(Endpoint.OllamaCopy, "ollama.copy", "/api/copy", "POST"),
        Manage(Endpoint.OllamaDelete, "ollama.delete", "/api/delete", "DELETE"),
        Manage(Endpoint.OllamaBlob, "ollama.blob", "/api/blobs", "HEAD, POST"),
        Opaque(Endpoint.OpenAIAudioSpeech, "audio/speech"),
        Opaque(Endpoint.OpenAIAudioTranscriptions, "audio/transcriptions"),
        Opaque(Endpoint.OpenAIAudioTranslations, "audio/translations"),
        Opaque(Endpoint.OpenAIImageGenerations, "images/generations"),
        Opaque(Endpoint.OpenAIImageEdits, "images/edits"),
        Opaque(Endpoint.OpenAIImageVariations, "images/variations"),
    ];

    public static Route Of(Endpoint endpoint) => All[(int)endpoint];

    private static Route Call(Endpoint endpoint, EndpointScope scope, string name, string path)
    {
        var dialect = name[0] == 'a' ? Dialect.Anthropic : path[1] == 'a' ? Dialect.Ollama : Dialect.OpenAI;
        var turn = scope != EndpointScope.Embeddings && endpoint != Endpoint.AnthropicCountTokens;
        return new Route
        {
            Endpoint = endpoint,
            Dialect = dialect,
            Kind = RouteKind.Call,
            Scope = scope,
            Name = name,
            Methods = "POST",
            UpstreamPath = path,
            ModelInBody = true,
            Framing = !turn ? StreamFraming.None : dialect == Dialect.Ollama ? StreamFraming.Ndjson : StreamFraming.Sse,
            StreamByDefault = turn && dialect == Dialect.Ollama,
        };
    }

    private static Route Models(Endpoint endpoint, Dialect dialect, string name) => new()
    {
        Endpoint = endpoint,
        Dialect = dialect,
        Kind = RouteKind.List,
        Scope = EndpointScope.Models,
        Name = name,
        Methods = "GET, HEAD",
        UpstreamPath = "/v1/models",
    };

    private static Route Model(Endpoint endpoint, Dialect dialect, string name) => new()
    {
        Endpoint = endpoint,
        Dialect = dialect,
        Kind = RouteKind.Show,
        Scope = EndpointScope.Models,
        Name = name,
        Methods = "GET, HEAD",
        UpstreamPath = "/v1/models",
        NameInPath = true,
    };

    private static Route Asked(Endpoint endpoint, RouteKind kind, string name, string path, string methods) => new()
    {
        Endpoint = endpoint,
        Dialect = Dialect.Ollama,
        Kind = kind,
        Scope = EndpointScope.Models,
        Name = name,
        Methods = methods,
        UpstreamPath = path,
        ModelInBody = endpoint == Endpoint.OllamaShow,
    };

    private static Route Manage(Endpoint endpoint, string name, string path, string methods) => new()
    {
        Endpoint = endpoint,
        Dialect = Dialect.Ollama,
        Kind = RouteKind.Manage,
        Scope = EndpointScope.Manage,
        Name = name,
        Methods = methods,
        UpstreamPath = path,
        NameInPath = endpoint == Endpoint.OllamaBlob,
        Framing = endpoint is Endpoint.OllamaPull or Endpoint.OllamaPush or Endpoint.OllamaCreate
            ? StreamFraming.Ndjson : StreamFraming.None,
    };

    private static Route Opaque(Endpoint endpoint, string name) => new()
    {
        Endpoint = endpoint,
        Dialect = Dialect.OpenAI,
        Kind = RouteKind.Opaque,
        Scope = EndpointScope.Opaque,
        Name = $"openai.{name.Replace('/', '-')}",
        Methods = "POST",
        UpstreamPath = $"/v1/{name}",
        OpaqueName = name,
    };
}
