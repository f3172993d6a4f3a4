namespace Gatehouse.Core.Discovery.Scanning;

/// <summary>Tells by the name of a variable or setting whose credential it holds.</summary>
internal static class KeyNames
{
    private const int NameMax = 80; // Letters of a variable's name; longer ones are not shown.

    private static readonly string[] ModelWords =
    [
        "OPENAI", "ANTHROPIC", "CLAUDE", "GEMINI", "MISTRAL", "GROQ", "DEEPSEEK", "OPENROUTER", "XAI", "GROK",
        "TOGETHER", "TOGETHERAI", "COHERE", "HUGGINGFACE", "HUGGING_FACE", "HUGGINGFACEHUB", "HF", "OLLAMA", "LITELLM",
        "LLM", "AI", "PERPLEXITY", "REPLICATE", "FIREWORKS", "CEREBRAS", "VLLM", "VOYAGE", "DASHSCOPE", "MOONSHOT",
        "ZHIPU", "LOCALAI", "LMSTUDIO", "KOBOLD", "STABILITY", "ELEVENLABS", "JINA", "DEEPINFRA", "NOVITA", "CHATGPT",
        "GPT", "GOOGLEAI", "GENAI", "VERTEX", "BEDROCK", "GLM", "INFERENCE", "EMBEDDING", "EMBEDDINGS", "COPILOT",
        "OPENCODE", "NEBIUS", "HYPERBOLIC", "VENICE", "ZAI", "KIMI", "QWEN", "MINIMAX", "SAMBANOVA", "NIM", "NVIDIA",
        "GITHUBMODELS", "REQUESTY", "CHUTES", "POE", "SILICONFLOW", "NANOGPT", "FEATHERLESS", "UPSTAGE", "AIMLAPI",
        "LLAMACPP", "OMNIROUTE", "ARK", "VOLCENGINE", "DOUBAO",
    ];

    private static readonly string[] SinkWords =
    [
        "MASTODON", "DISCORD", "SLACK", "TELEGRAM", "TWITTER", "BLUESKY", "BSKY", "ATPROTO", "NTFY", "GOTIFY",
        "PUSHOVER", "PUSHBULLET", "MATRIX", "SMTP", "MAIL", "EMAIL", "MAILGUN", "SENDGRID", "WORDPRESS", "WP", "GHOST",
        "GITHUB", "GITLAB", "GITEA", "REDDIT", "LINKEDIN", "FACEBOOK", "INSTAGRAM", "TEAMS", "SIGNAL", "WHATSAPP",
        "TWILIO", "MATTERMOST", "APPRISE", "RESEND", "MEDIUM", "IFTTT", "TUMBLR", "THREADS", "MISSKEY", "LEMMY",
    ];

    // Words that are whole names of model servers and providers; shorter ones stand in too many other names.
    private static readonly string[] AddressWords =
    [
        "OPENAI", "OLLAMA", "LLM", "LITELLM", "VLLM", "ANTHROPIC", "LOCALAI", "LMSTUDIO", "LLAMA", "LLAMACPP", "GENAI",
        "INFERENCE", "EMBEDDING", "EMBEDDINGS", "GPT", "CHATGPT", "KOBOLD", "TABBY", "OPENROUTER", "MISTRAL", "GROQ",
        "DEEPSEEK", "GEMINI", "AI", "OPENCODE", "OMNIROUTE", "LLAMASWAP", "LEMONADE", "SGLANG", "KOBOLDCPP",
    ];

    private static readonly string[] AddressEnds =
        ["URL", "URLS", "BASE", "HOST", "ENDPOINT", "ENDPOINTS", "PATH", "API", "SERVER", "ADDRESS"];

    // Words by which an address belongs to something else, as in LLM_DATABASE_URL.
    private static readonly string[] OtherWords =
    [
        "DATABASE", "DB", "REDIS", "POSTGRES", "WEBHOOK", "REDIRECT", "CALLBACK", "WEBUI", "UI", "FRONTEND",
        "APP", "SITE", "QDRANT", "CHROMA", "VECTOR", "S3", "MONGO", "SEARXNG", "LANGFUSE", "AUTH", "OIDC",
        "CACHE", "DATA", "MODEL", "MODELS", "HEALTH", "DOCS",
    ];

    // Servers whose dialect is none of the gate's, by the word that variables with their address have.
    private static readonly (string Word, string Program)[] OtherServers =
    [
        ("COMFYUI", "comfyui"), ("AUTOMATIC1111", "stable-diffusion-webui"), ("INVOKEAI", "invokeai"),
    ];

    private static readonly string[] SecretEnds =
        ["KEY", "KEYS", "TOKEN", "SECRET", "PASSWORD", "PASS", "PAT", "WEBHOOK", "CREDENTIALS", "PASSWD"];

    // Providers give keys; a password is a database's or a page's.
    private static readonly string[] PasswordEnds = ["PASSWORD", "PASS", "PASSWD"];

    public static bool IsModelKey(string name) => Holds(name, ModelWords) && PartsOf(name) is var parts
        && !PasswordEnds.Contains(parts[^1]) && (!Holds(name, SinkWords) || IsWord(parts, "GITHUBMODELS"));

    public static bool IsSinkKey(string name) => Holds(name, SinkWords);

    /// <summary>Whether a variable's name says that it holds the address of a model server.</summary>
    public static bool IsModelAddress(string name)
    {
        var parts = name.Length > NameMax ? [] : PartsOf(name);
        return parts.Length > 1 && AddressEnds.Contains(parts[^1]) && AddressWords.Any(word => IsWord(parts, word))
            && !parts.Any(OtherWords.Contains);
    }

    /// <summary>
    /// Whether a variable's name says that it holds the address of a model, which may be that of its file as well.
    /// </summary>
    public static bool MayBeModelAddress(string name)
        => name.Length <= NameMax && PartsOf(name) is ["MODEL", .., "URL" or "ENDPOINT" or "SERVER" or "HOST" or "BASE"]
            and var parts && parts.Length <= 3 && !parts[1..].Any(OtherWords.Contains);

    /// <summary>
    /// The server of another dialect whose address a variable holds, as <c>COMFYUI_BASE_URL</c>; null for any other.
    /// </summary>
    public static string? ServerOf(string name)
    {
        var parts = name.Length > NameMax ? [] : PartsOf(name);
        return parts.Length > 1 && AddressEnds.Contains(parts[^1])
            ? OtherServers.FirstOrDefault(one => IsWord(parts, one.Word)).Program : null;
    }

    /// <summary>The parts of a variable's name, in capitals.</summary>
    public static string[] PartsOf(string name)
        => name.ToUpperInvariant().Split(['_', '-'], StringSplitOptions.RemoveEmptyEntries);

    /// <summary>
    /// Whether a word is a part, or two parts together: people write LM_STUDIO as they write LMSTUDIO.
    /// </summary>
    public static bool IsWord(string[] parts, string word)
    {
        for (var at = 0; at < parts.Length; at++)
        {
            if (parts[at] == word) return true;
            if (at + 1 < parts.Length && parts[at].Length + parts[at + 1].Length == word.Length
                && word.StartsWith(parts[at], StringComparison.Ordinal)
                && word.EndsWith(parts[at + 1], StringComparison.Ordinal))
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>Whether a variable chooses a provider of models, as <c>APP_LLM_PROVIDER</c>.</summary>
    public static bool IsModelProvider(string name) => name.Length <= NameMax && PartsOf(name) is [.., var last]
        and var parts && last == "PROVIDER" && (parts.Any(AddressWords.Contains) || parts.Contains("MODEL"));

    /// <summary>Whether a variable is for a page in a browser, by the names that builders of pages give.</summary>
    public static bool IsOfPage(string name) => name.StartsWith("VITE_", StringComparison.Ordinal)
        || name.StartsWith("REACT_APP_", StringComparison.Ordinal);

    /// <summary>Whether a name is one of variables, which only then can name a key in a text.</summary>
    public static bool IsVariable(ReadOnlySpan<char> word)
    {
        if (word.Length is < 4 or > NameMax || !char.IsAsciiLetterUpper(word[0]))
            return false;
        foreach (var letter in word)
        {
            if (!char.IsAsciiLetterUpper(letter) && !char.IsAsciiDigit(letter) && letter != '_')
                return false;
        }
        return true;
    }

    private static bool Holds(string name, string[] words)
    {
        if (name.Length > NameMax)
            return false;
        var upper = name.ToUpperInvariant().Replace('-', '_');
        var parts = PartsOf(name);
        var isSecret = parts.Length > 0 && (SecretEnds.Contains(parts[^1])
            || (parts.Length > 1 && parts[^1] is "URL" or "FILE" && SecretEnds.Contains(parts[^2]))
            || parts[^1].EndsWith("APIKEY", StringComparison.Ordinal));
        return isSecret && (words.Any(word => IsWord(parts, word))
            || words.Any(word => word.Length > 4 && upper.StartsWith(word, StringComparison.Ordinal)));
    }
}
