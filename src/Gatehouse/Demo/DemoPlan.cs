namespace Gatehouse.Demo;

/// <summary>Where the demo jobs call and as whom.</summary>
internal sealed record DemoPlan
{
    public const string NewsSummariser = "news-summariser";
    public const string LogClassifier = "log-classifier";
    public const string VoiceAssistant = "voice-assistant";
    public const string DocumentTagger = "document-tagger";

    public required Uri Gate { get; init; }

    /// <summary>Tokens by job, one for each of the four names.</summary>
    public required IReadOnlyDictionary<string, string> Tokens { get; init; }

    /// <summary>The model of the summariser and the voice assistant, behind Ollama's dialect.</summary>
    public string OllamaModel { get; init; } = "llama";

    /// <summary>The classifier's model, behind OpenAI's dialect.</summary>
    public string OpenAiModel { get; init; } = "gpt";

    /// <summary>The tagger's model, behind Anthropic's dialect. The classifier asks for it too, and may not.</summary>
    public string AnthropicModel { get; init; } = "claude";

    /// <summary>The tagger's embedding model, behind Ollama's dialect.</summary>
    public string EmbeddingModel { get; init; } = "embed";

    /// <summary>Pauses between calls are multiplied by this: 0 never waits.</summary>
    public double Pace { get; init; } = 1;

    /// <summary>Calls of each job; the demo runs until it is stopped, tests do not.</summary>
    public int RoundsMax { get; init; } = int.MaxValue;
}
