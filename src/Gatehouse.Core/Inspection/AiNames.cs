namespace Gatehouse.Core.Inspection;

/// <summary>
/// Tells by a name whether something calls or serves models: enough to choose what to inspect when no job is named.
/// What a thing really does is discovery's question.
/// </summary>
public static class AiNames
{
    private static readonly string[] Servers =
    [
        "ollama", "llama.cpp", "llama-cpp", "llamacpp", "llama-server", "vllm", "localai", "local-ai", "lmstudio",
        "koboldcpp", "text-generation", "tabbyapi", "xinference", "ramalama", "sglang", "mlc-llm", "aphrodite",
    ];

    private static readonly string[] Clients =
    [
        "open-webui", "openwebui", "n8n", "node-red", "nodered", "home-assistant", "homeassistant", "paperless-ai",
        "paperless-gpt", "litellm", "librechat", "anything-llm", "anythingllm", "flowise", "langflow", "dify",
        "lobe-chat",
        "lobehub", "comfyui", "stable-diffusion", "automatic1111", "whisper", "wyoming", "khoj", "perplexica",
        "open-interpreter", "openhands", "browser-use", "huginn", "activepieces", "karakeep", "hoarder", "big-agi",
        "langfuse", "chatgpt", "openai", "claude", "aichat", "gpt4all", "mcp-server", "immich-machine-learning",
    ];

    /// <summary>Whether a name is that of a model server.</summary>
    /// <param name="name">A name of a container, an image without its tag, a program.</param>
    public static bool IsServer(string name) => !IsClient(name) && Contains(name, Servers);

    /// <summary>Whether a name is that of something that calls models.</summary>
    /// <param name="name">A name of a container, an image without its tag, a program.</param>
    public static bool IsClient(string name) => Contains(name, Clients);

    private static bool Contains(string name, string[] words)
        => words.Any(word => name.Contains(word, StringComparison.OrdinalIgnoreCase));
}
