using System.Diagnostics.CodeAnalysis;

namespace Gatehouse.Core.Traffic;

/// <summary>Every inbound route that the gate knows. What is not here does not exist for a caller.</summary>
public enum Endpoint
{
    /// <summary><c>POST /v1/chat/completions</c>.</summary>
    OpenAIChat,

    /// <summary><c>POST /v1/completions</c>, the older text form.</summary>
    OpenAICompletions,

    /// <summary><c>POST /v1/responses</c>.</summary>
    OpenAIResponses,

    /// <summary><c>POST /v1/embeddings</c>.</summary>
    OpenAIEmbeddings,

    /// <summary><c>GET /v1/models</c> without <c>anthropic-version</c>.</summary>
    OpenAIModels,

    /// <summary><c>GET /v1/models/{id}</c> without <c>anthropic-version</c>.</summary>
    OpenAIModel,

    /// <summary><c>POST /v1/messages</c>.</summary>
    AnthropicMessages,

    /// <summary><c>POST /v1/messages/count_tokens</c>; it carries a whole prompt.</summary>
    AnthropicCountTokens,

    /// <summary><c>GET /v1/models</c> with <c>anthropic-version</c>.</summary>
    AnthropicModels,

    /// <summary><c>GET /v1/models/{id}</c> with <c>anthropic-version</c>.</summary>
    AnthropicModel,

    /// <summary><c>GET|HEAD /</c>: "Ollama is running".</summary>
    OllamaRoot,

    /// <summary><c>GET|HEAD /api/version</c>.</summary>
    OllamaVersion,

    /// <summary><c>GET|HEAD /api/tags</c>: the models.</summary>
    OllamaTags,

    /// <summary><c>GET /api/ps</c>: the loaded models.</summary>
    OllamaPs,

    /// <summary><c>POST /api/show</c>: one model's description.</summary>
    OllamaShow,

    /// <summary><c>POST /api/chat</c>.</summary>
    OllamaChat,

    /// <summary><c>POST /api/generate</c>.</summary>
    OllamaGenerate,

    /// <summary><c>POST /api/embed</c>.</summary>
    OllamaEmbed,

    /// <summary><c>POST /api/embeddings</c>, the older form.</summary>
    OllamaEmbeddings,

    /// <summary><c>POST /api/pull</c>: makes the server fetch from a host that the caller names.</summary>
    OllamaPull,

    /// <summary><c>POST /api/push</c>.</summary>
    OllamaPush,

    /// <summary><c>POST /api/create</c>: can replace a model's system prompt.</summary>
    OllamaCreate,

    /// <summary><c>POST /api/copy</c>.</summary>
    OllamaCopy,

    /// <summary><c>DELETE /api/delete</c>.</summary>
    OllamaDelete,

    /// <summary><c>HEAD|POST /api/blobs/{digest}</c>.</summary>
    OllamaBlob,

    /// <summary><c>POST /v1/audio/speech</c>.</summary>
    OpenAIAudioSpeech,

    /// <summary><c>POST /v1/audio/transcriptions</c>.</summary>
    OpenAIAudioTranscriptions,

    /// <summary><c>POST /v1/audio/translations</c>.</summary>
    OpenAIAudioTranslations,

    /// <summary><c>POST /v1/images/generations</c>.</summary>
    OpenAIImageGenerations,

    /// <summary><c>POST /v1/images/edits</c>.</summary>
    OpenAIImageEdits,

    /// <summary><c>POST /v1/images/variations</c>.</summary>
    OpenAIImageVariations,
}

/// <summary>What a token can be limited to with <c>token issue --endpoint</c>.</summary>
public enum EndpointScope
{
    /// <summary>
    /// Conversation in any dialect: OpenAI chat, Ollama chat and generate, Anthropic messages and its token count.
    /// </summary>
    Chat,

    /// <summary>OpenAI's older text completions.</summary>
    Completions,

    /// <summary>OpenAI's Responses.</summary>
    Responses,

    /// <summary>Embeddings in any dialect.</summary>
    Embeddings,

    /// <summary>
    /// Lists and descriptions of the job's own models, and the probes that clients make before they call.
    /// </summary>
    Models,

    /// <summary>Ollama's model management.</summary>
    Manage,

    /// <summary>Audio and images, which are recorded and not inspected.</summary>
    Opaque,
}

/// <summary>The names of the scopes as people write them.</summary>
public static class EndpointScopeNames
{
    /// <summary>Every name that <see cref="TryParse"/> takes, for help texts.</summary>
    public static IReadOnlyList<string> All { get; } =
        ["chat", "completions", "responses", "embeddings", "models", "manage", "opaque", "messages"];

    /// <summary>The one name of a scope; <see cref="TryParse"/> reads it back.</summary>
    public static string NameOf(EndpointScope scope) => scope switch
    {
        EndpointScope.Chat => "chat",
        EndpointScope.Completions => "completions",
        EndpointScope.Responses => "responses",
        EndpointScope.Embeddings => "embeddings",
        EndpointScope.Models => "models",
        EndpointScope.Manage => "manage",
        EndpointScope.Opaque => "opaque",
        _ => throw new ArgumentOutOfRangeException(nameof(scope), scope, "Not a scope."),
    };

    /// <summary>Reads a scope by its exact name. <c>messages</c> is another word for <c>chat</c>.</summary>
    public static bool TryParse([NotNullWhen(true)] string? name, out EndpointScope scope)
    {
        switch (name)
        {
            case "chat" or "messages": scope = EndpointScope.Chat; return true;
            case "completions": scope = EndpointScope.Completions; return true;
            case "responses": scope = EndpointScope.Responses; return true;
            case "embeddings": scope = EndpointScope.Embeddings; return true;
            case "models": scope = EndpointScope.Models; return true;
            case "manage": scope = EndpointScope.Manage; return true;
            case "opaque": scope = EndpointScope.Opaque; return true;
            default: scope = default; return false;
        }
    }
}

/// <summary>
/// The wire format in which a caller speaks. A call is passed on only to an upstream that speaks the same one.
/// </summary>
public enum Dialect
{
    /// <summary>OpenAI's HTTP API and what copies it.</summary>
    OpenAI,

    /// <summary>Ollama's native HTTP API.</summary>
    Ollama,

    /// <summary>Anthropic's Messages API.</summary>
    Anthropic,
}
