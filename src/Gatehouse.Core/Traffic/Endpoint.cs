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
