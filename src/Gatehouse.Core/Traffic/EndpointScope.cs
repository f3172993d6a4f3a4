namespace Gatehouse.Core.Traffic;

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
