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
        return null;
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
