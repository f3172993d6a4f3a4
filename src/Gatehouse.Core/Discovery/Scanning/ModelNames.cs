namespace Gatehouse.Core.Discovery.Scanning;

/// <summary>Tells names of models from other words.</summary>
internal static class ModelNames
{
    private const int NameMax = 100; // Letters; the longest of the public hubs have about 90.

    private static readonly string[] Families =
    [
        "llama", "qwen", "qwq", "gpt-", "gpt4", "chatgpt", "o1", "o3", "o4", "claude", "gemma", "gemini", "mistral",
        "mixtral", "ministral", "codestral", "magistral", "devstral", "phi", "deepseek", "nomic-embed", "mxbai",
        "whisper", "command-r", "granite", "smollm", "tinyllama", "falcon", "vicuna", "llava", "bge-", "all-minilm",
        "text-embedding", "dall-e", "grok", "sonar", "kimi", "glm", "nemotron", "olmo", "starcoder", "codellama",
        "yi-", "hermes", "dolphin", "orca", "zephyr", "solar", "minicpm", "moondream", "exaone", "aya", "wizardlm",
        "stable-diffusion", "sdxl", "flux", "snowflake-arctic", "embeddinggemma", "gpt-oss", "lfm", "internlm",
    ];

    /// <summary>Whether a word can be the name of a model at all, and is fit to be shown.</summary>
    public static bool CanBe(string word) => word.Length is >= 2 and <= NameMax && char.IsAsciiLetterOrDigit(word[0])
        && word.All(
            static one => char.IsAsciiLetterOrDigit(one) || one is '.' or '-' or '_' or ':' or '/' or '@' or '+')
        && word.Any(char.IsAsciiLetter) && !word.Contains("://", StringComparison.Ordinal)
        && !word.Split('/', ':', '@').Any(DisplayWord.IsToken) && !DisplayWord.IsToken(word);

    /// <summary>Whether a name belongs to a family that is known, so that it needs no other evidence.</summary>
    public static bool IsKnown(string word)
    {
        var last = word[(word.LastIndexOf('/') + 1)..].ToLowerInvariant();
        return Families.Any(family => last.StartsWith(family, StringComparison.Ordinal));
    }
}
