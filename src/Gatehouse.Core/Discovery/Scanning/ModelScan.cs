namespace Gatehouse.Core.Discovery.Scanning;

/// <summary>Finds names of models where a text says that it names one: <c>--model x</c>, <c>"model": "x"</c>.</summary>
internal static class ModelScan
{
    private const string Word = "model";

    /// <summary>Names of models in a line of code, a command line or a setting.</summary>
    public static void Add(EvidenceBag bag, string where, string line)
    {
        var from = 0;
        while (from < line.Length && line.IndexOf(Word, from, StringComparison.OrdinalIgnoreCase) is >= 0 and var at)
        {
            from = at + Word.Length;
            if (ValueAfter(line, at, from) is not { } value || !ModelNames.CanBe(value))
                continue;
            if (ModelNames.IsKnown(value)
                || bag.Has(EvidenceKind.ModelUrl, EvidenceKind.ModelClient, EvidenceKind.ModelKey,
                    EvidenceKind.ModelServer))
            {
                bag.Add(EvidenceKind.ModelName, where, value);
            }
        }
    }

    /// <summary>The name of a model in a variable such as <c>OLLAMA_MODEL</c>.</summary>
    public static void AddVariable(EvidenceBag bag, string where, string name, string value)
    {
        var upper = name.ToUpperInvariant();
        var names = upper.EndsWith("MODEL", StringComparison.Ordinal)
            || upper.EndsWith("MODELS", StringComparison.Ordinal)
            || upper.EndsWith("MODEL_NAME", StringComparison.Ordinal)
            || upper.EndsWith("MODEL_ID", StringComparison.Ordinal);
        if (!names)
            return;
        // What Azure's service that reads documents calls a model answers no prompt.
        foreach (var model in value.Split([',', ';', ' '], 20, StringSplitOptions.RemoveEmptyEntries)
            .Where(static one => ModelNames.CanBe(one) && !one.StartsWith("prebuilt-", StringComparison.Ordinal)))
        {
            bag.Add(EvidenceKind.ModelName, where, model);
        }
    }

    /// <summary>
    /// The value behind <c>model</c>, <c>model_name</c>, <c>--model</c> or <c>MODEL</c>; null without one.
    /// </summary>
    private static string? ValueAfter(string line, int start, int at)
    {
        if (start > 0 && char.IsAsciiLetterOrDigit(line[start - 1]))
            return null;
        foreach (var end in (ReadOnlySpan<string>)["_name", "_id", "Name", "Id"])
        {
            if (string.CompareOrdinal(line, at, end, 0, end.Length) == 0)
                at += end.Length;
        }
        var isFlag = start >= 2 && line[start - 1] == '-';
        at = at < line.Length && line[at] is '"' or '\'' ? at + 1 : at;
        var blanks = Skip(line, at, ' ');
        if (blanks < line.Length && line[blanks] is ':' or '=')
            at = Skip(line, blanks + 1, ' ');
        else if (isFlag && blanks > at)
            at = blanks;
        else
            return null;
        var isQuoted = at < line.Length && line[at] is '"' or '\'' or '`';
        at = isQuoted ? at + 1 : at;
        var stop = at;
        while (stop < line.Length && stop - at <= 120
            && line[stop] is not (' ' or '"' or '\'' or '`' or ',' or ';' or ')'
            or '}' or ']' or '\t' or '&' or '|' or '\\'))
        {
            stop++;
        }
        // Without quotes a name in capitals is that of a constant which holds the model's name.
        var value = line[at..stop];
        var isConstant = !isQuoted && value.Contains('_', StringComparison.Ordinal) && KeyNames.IsVariable(value);
        return value.Length == 0 || isConstant ? null : value;
    }

    private static int Skip(string line, int at, char letter)
    {
        while (at < line.Length && line[at] == letter)
            at++;
        return at;
    }
}

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
