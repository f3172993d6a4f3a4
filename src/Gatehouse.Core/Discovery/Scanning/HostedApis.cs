namespace Gatehouse.Core.Discovery.Scanning;

/// <summary>
/// Hosts that answer for models of others, and the ports and paths on which local model servers do.
/// </summary>
internal static class HostedApis
{
    // As the providers' own references name them.
    private static readonly HashSet<string> Hosts = new(StringComparer.Ordinal)
    {
        "api.openai.com", "api.anthropic.com", "generativelanguage.googleapis.com", "aiplatform.googleapis.com",
        "openrouter.ai", "api.groq.com", "api.mistral.ai", "codestral.mistral.ai", "api.deepseek.com",
        "api.together.xyz", "api.together.ai", "api.x.ai", "api.cohere.com", "api.cohere.ai",
        "api-inference.huggingface.co", "router.huggingface.co", "api.perplexity.ai", "api.replicate.com",
        "api.fireworks.ai", "api.cerebras.ai", "integrate.api.nvidia.com", "models.inference.ai.azure.com",
        "models.github.ai", "api.deepinfra.com", "api.sambanova.ai", "api.moonshot.ai", "api.moonshot.cn",
        "dashscope.aliyuncs.com", "dashscope-intl.aliyuncs.com", "api.z.ai", "open.bigmodel.cn", "api.minimax.io",
        "api.siliconflow.cn", "api.siliconflow.com", "api.voyageai.com", "api.jina.ai", "api.ai21.com",
        "api.elevenlabs.io", "api.stability.ai", "api.novita.ai", "api.hyperbolic.xyz", "ollama.com",
        "api.githubcopilot.com", "opencode.ai", "api.tokenfactory.nebius.com", "api.studio.nebius.com", "api.venice.ai",
        "router.requesty.ai", "llm.chutes.ai", "ai-gateway.vercel.sh", "api.poe.com", "api.featherless.ai",
        "api.upstage.ai", "api.aimlapi.com", "nano-gpt.com", "api-inference.modelscope.cn",
        "ark.cn-beijing.volces.com", "api.kimi.com", "api.minimaxi.com",
    };

    private static readonly string[] HostEnds =
    [
        ".openai.azure.com", ".services.ai.azure.com", AzureServices, ".aiplatform.googleapis.com",
        "-aiplatform.googleapis.com", ".endpoints.huggingface.cloud", ".api.openai.com", ".openrouter.ai",
    ];

    private const string AzureServices = ".cognitiveservices.azure.com";

    private static readonly string[] LocalWords =
    [
        "ollama", "llama", "vllm", "lmstudio", "lm-studio", "localai", "local-ai", "litellm", "kobold", "openai", "tgi",
        "text-generation", "tabbyapi", "xinference", "sglang", "llm", "whisper", "comfyui", "embedding",
    ];

    private static readonly string[] ModelPaths =
    [
        "/v1/chat/completions", "/v1/completions", "/v1/messages", "/v1/responses", "/v1/embeddings", "/api/generate",
        "/api/embeddings", "/api/embed", "/api/v1/generate", "/v1/audio/transcriptions", "/v1/images/generations",
        "/v1/rerank", "/infill", "/sdapi/v1/", "/openai/deployments/",
    ];

    // As Ollama, llama.cpp, vLLM and LiteLLM document them.
    private static readonly string[] UpkeepPaths =
    [
        "/api/tags", "/api/version", "/api/ps", "/api/pull", "/api/push", "/api/create", "/api/delete", "/api/copy",
        "/api/show", "/v1/models", "/models", "/health", "/healthz", "/readyz", "/livez", "/health/liveliness",
        "/health/readiness", "/metrics", "/props", "/slots", "/ping",
    ];

    // Which ask a provider what an account still has and what its key may do.
    private static readonly string[] AccountPaths =
        ["/v1/credits", "/v1/key", "/auth/key", "/user/balance", "/billing/usage", "/billing/credit_grants"];

    private static readonly string[] CallPaths =
    [
        "/api/generate", "/api/chat", "/api/embed", "/api/embeddings", "/chat/completions", "/v1/completions",
        "/v1/messages", "/v1/responses", "/v1/embeddings", "/v1/audio/transcriptions", "/v1/audio/speech",
        "/v1/images/generations", "/v1/rerank", "/completion", "/infill",
    ];

    /// <summary>Every path that tells what is asked of a server.</summary>
    public static string[] Routes { get; } = [.. UpkeepPaths.Concat(CallPaths)
        .Where(static path => path is not ("/models" or "/ping" or "/metrics" or "/props" or "/slots" or "/infill"))];

    // Ollama 11434, LM Studio 1234, KoboldCpp 5001, vLLM 8000, llama.cpp 8080, LiteLLM 4000, TGI and ComfyUI 8188.
    private static readonly int[] SharedPorts = [1234, 5000, 5001, 8000, 8080, 8081, 4000, 8188, 7860, 9997, 30000];

    private const int OllamaPort = 11434;

    public static bool IsHosted(string host) => Hosts.Contains(host)
        || HostEnds.Any(end => host.EndsWith(end, StringComparison.Ordinal))
        || (host.StartsWith("bedrock-runtime.", StringComparison.Ordinal)
            && host.EndsWith(".amazonaws.com", StringComparison.Ordinal));

    /// <summary>Whether a URL leads to a model: its host, its port, or its path with one of both says so.</summary>
    public static bool IsModel(ParsedUrl url)
    {
        if (url.Host == "ollama.com" && !url.Path.StartsWith("/api", StringComparison.Ordinal)
            && !url.Path.StartsWith("/v1", StringComparison.Ordinal))
        {
            return false;
        }
        // Azure's other services, as the one that reads documents, have hosts of the same end.
        if (url.Host.EndsWith(AzureServices, StringComparison.Ordinal)
            && !url.Path.StartsWith("/openai", StringComparison.Ordinal))
        {
            return false;
        }
        // At these hosts people read pages too.
        if (url.Host is "opencode.ai" or "nano-gpt.com" && !url.Path.Contains("/v1", StringComparison.Ordinal))
            return false;
        if (IsHosted(url.Host) || url.Port == OllamaPort || HasModelPath(url))
            return true;
        if (!url.IsLocal)
            return false;
        var isNamed = LocalWords.Any(word => url.Host.Contains(word, StringComparison.Ordinal));
        var isPort = url.Port is { } port && SharedPorts.Contains(port);
        var isPage = url.Host.Contains("webui", StringComparison.Ordinal);
        return (isNamed && !isPage) || ((isNamed || isPort) && IsApiPath(url.Path));
    }

    /// <summary>Whether a path asks a server how it is or which models it has, and asks no model anything.</summary>
    public static bool IsUpkeepPath(string path)
    {
        var plain = path.TrimEnd('/');
        return UpkeepPaths.Any(end => plain.EndsWith(end, StringComparison.Ordinal))
            || plain.Contains("/api/blobs/", StringComparison.Ordinal);
    }

    /// <summary>Whether a path asks a provider for an account and no model anything.</summary>
    public static bool IsAccountPath(string path)
        => AccountPaths.Any(end => path.TrimEnd('/').EndsWith(end, StringComparison.Ordinal));

    /// <summary>A path without the route at its end by which a model is asked something.</summary>
    public static string WithoutCall(string path)
    {
        var plain = path.TrimEnd('/');
        var call = CallPaths.FirstOrDefault(end => plain.EndsWith(end, StringComparison.Ordinal));
        return call is null ? plain : plain[..^call.Length];
    }

    /// <summary>Whether a path is one on which a model is asked something.</summary>
    public static bool IsCallPath(string path)
        => CallPaths.Any(end => path.TrimEnd('/').EndsWith(end, StringComparison.Ordinal));

    private static bool HasModelPath(ParsedUrl url)
        => ModelPaths.Any(path => url.Path.Contains(path, StringComparison.Ordinal));

    private static bool IsApiPath(string path) => path.StartsWith("/v1", StringComparison.Ordinal)
        || path is "/completion" or "/api/chat" or "/api/tags" or "/api/generate" or "/api/v1";
}
