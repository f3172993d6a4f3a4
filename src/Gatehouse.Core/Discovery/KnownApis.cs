using Gatehouse.Core.Discovery.Scanning;
using Gatehouse.Core.Estate;

namespace Gatehouse.Core.Discovery;

/// <summary>Where the hosted model APIs are that a variable's name tells of.</summary>
internal static class KnownApis
{
    // Base URLs for OpenAI's dialect, as each provider's reference gives them.
    private static readonly (string Word, string Url)[] ByWord =
    [
        ("OPENROUTER", "https://openrouter.ai/api/v1"), ("ANTHROPIC", "https://api.anthropic.com"),
        ("CLAUDE", "https://api.anthropic.com"), ("OPENAI", "https://api.openai.com/v1"),
        ("GEMINI", "https://generativelanguage.googleapis.com/v1beta/openai"),
        ("GOOGLE", "https://generativelanguage.googleapis.com/v1beta/openai"),
        ("GROQ", "https://api.groq.com/openai/v1"), ("MISTRAL", "https://api.mistral.ai/v1"),
        ("DEEPSEEK", "https://api.deepseek.com/v1"), ("XAI", "https://api.x.ai/v1"),
        ("TOGETHER", "https://api.together.xyz/v1"), ("COHERE", "https://api.cohere.ai/compatibility/v1"),
        ("PERPLEXITY", "https://api.perplexity.ai"), ("CEREBRAS", "https://api.cerebras.ai/v1"),
        ("FIREWORKS", "https://api.fireworks.ai/inference/v1"),
        ("OPENCODE_GO", "https://opencode.ai/zen/go/v1"), ("OPENCODE", "https://opencode.ai/zen/v1"),
        ("DEEPINFRA", "https://api.deepinfra.com/v1/openai"), ("NEBIUS", "https://api.tokenfactory.nebius.com/v1"),
        ("HYPERBOLIC", "https://api.hyperbolic.xyz/v1"), ("VENICE", "https://api.venice.ai/api/v1"),
        ("MOONSHOT", "https://api.moonshot.ai/v1"), ("MINIMAX", "https://api.minimax.io/v1"),
        ("DASHSCOPE", "https://dashscope-intl.aliyuncs.com/compatible-mode/v1"),
        ("SAMBANOVA", "https://api.sambanova.ai/v1"), ("NOVITA", "https://api.novita.ai/openai/v1"),
        ("REQUESTY", "https://router.requesty.ai/v1"), ("CHUTES", "https://llm.chutes.ai/v1"),
        ("AI_GATEWAY_API", "https://ai-gateway.vercel.sh/v1"), ("NVIDIA", "https://integrate.api.nvidia.com/v1"),
        ("SILICONFLOW", "https://api.siliconflow.com/v1"), ("FEATHERLESS", "https://api.featherless.ai/v1"),
        ("UPSTAGE", "https://api.upstage.ai/v1"), ("VOYAGE", "https://api.voyageai.com/v1"),
        ("ZHIPU", "https://open.bigmodel.cn/api/paas/v4"), ("AIMLAPI", "https://api.aimlapi.com/v1"),
        ("VOLCENGINE", "https://ark.cn-beijing.volces.com/api/v3"),
        ("DOUBAO", "https://ark.cn-beijing.volces.com/api/v3"),
    ];

    // Providers whose own library calls them and nobody else, unless it is told to.
    private static readonly string[] Libraries = ["anthropic", "groq", "mistralai", "cohere", "google.genai",
        "google.generativeai"];

    // Words so short that they stand within others: each only as a whole part of a name.
    private static readonly (string Word, string Url)[] ByPart =
    [
        ("ZAI", "https://api.z.ai/api/paas/v4"), ("GLM", "https://api.z.ai/api/paas/v4"),
        ("KIMI", "https://api.moonshot.ai/v1"), ("POE", "https://api.poe.com/v1"),
        ("QWEN", "https://dashscope-intl.aliyuncs.com/compatible-mode/v1"),
        ("NANOGPT", "https://nano-gpt.com/api/v1"), ("NIM", "https://integrate.api.nvidia.com/v1"),
        ("ARK", "https://ark.cn-beijing.volces.com/api/v3"),
    ];

    /// <summary>
    /// The word by which a variable names a provider, and that provider's URL; null when it names none.
    /// </summary>
    public static (string Word, string Url)? OfKey(string variable)
    {
        var upper = variable.ToUpperInvariant();
        foreach (var row in ByWord)
        {
            if (upper.Contains(row.Word, StringComparison.Ordinal)) return row;
        }
        var parts = KeyNames.PartsOf(variable);
        // People write OPEN_AI as they write OPENAI.
        foreach (var row in ByPart.Concat(ByWord))
        {
            if (KeyNames.IsWord(parts, row.Word)) return row;
        }
        return null;
    }

    /// <summary>The same for the whole value of a setting that chooses a provider, as <c>gemini</c>.</summary>
    public static (string Word, string Url)? OfName(string name)
    {
        var upper = name.ToUpperInvariant();
        foreach (var row in ByWord.Concat(ByPart))
        {
            if (row.Word == upper) return row;
        }
        return null;
    }

    /// <summary>
    /// The provider that a library of its own calls, by the library's name; null for a library that calls others too.
    /// </summary>
    public static (string Word, string Url)? OfLibrary(string name)
        => Libraries.Contains(name) ? OfKey(name.Split('.')[0]) : null;

    /// <summary>The URL of the provider that has a host; null for a host of none, or of one that has several.</summary>
    public static string? UrlOfHost(string host)
    {
        string[] urls = [.. ByWord.Concat(ByPart).Select(static row => row.Url).Distinct()
            .Where(url => new Uri(url).Host == host)];
        return urls is [var only] ? only : null;
    }

    /// <summary>
    /// The variable from which the gate is to take a key: the one that holds it, or a new one where the key lies in
    /// an app's own store, as a credential of n8n does.
    /// </summary>
    public static string? VariableFor(string key) => IsVariable(key) ? key
        : OfKey(key) is { } known ? $"{known.Word}_API_KEY" : null;

    public static bool IsVariable(string name) => name.Length != 0 && !char.IsAsciiDigit(name[0])
        && name.All(static letter => char.IsAsciiLetterOrDigit(letter) || letter == '_');

    /// <summary>The dialects that a place speaks, by its host, its port and the variable that named it.</summary>
    public static ModelProvider ProviderOf(string host, int? port, string path, string where)
    {
        if (host.EndsWith("anthropic.com", StringComparison.Ordinal)) return ModelProvider.Anthropic;
        var isOpenAi = path.StartsWith("/v1", StringComparison.Ordinal)
            || path.Contains("/v1/", StringComparison.Ordinal);
        var isOllama = port == 11434 || host is "ollama" or "ollama.com"
            || where.Contains("OLLAMA", StringComparison.OrdinalIgnoreCase);
        return isOllama && !isOpenAi ? ModelProvider.Ollama : ModelProvider.OpenAI;
    }
}
