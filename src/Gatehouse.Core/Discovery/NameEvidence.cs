namespace Gatehouse.Core.Discovery;

/// <summary>Tells whether the names of models that were seen for a job are all that it asks for.</summary>
internal static class NameEvidence
{
    // Words in the names of models that answer no prompt.
    private static readonly string[] OtherModels =
    [
        "embed", "bge-", "minilm", "rerank", "whisper", "tts", "kokoro", "piper", "voxtral", "dall-e", "flux", "sdxl",
        "stable-diffusion", "clip", "gte-", "e5-", "snowflake-arctic",
    ];

    // Words in variables that name a model for one purpose, or one of several to choose from.
    private static readonly string[] PartWords =
        ["EMBED", "EMBEDDING", "EMBEDDINGS", "RAG", "RERANK", "RERANKING", "RERANKER", "WHISPER", "STT", "TTS", "AUDIO",
            "SPEECH", "TRANSCRIPTION", "DEFAULT", "TASK", "TITLE", "PREFERRED", "FALLBACK"];

    /// <summary>
    /// Whether one of the names is of a model that answers prompts, in a setting that is not for a part only, and
    /// none is a pattern.
    /// </summary>
    public static bool IsComplete(IReadOnlyCollection<Evidence> names) => names.Any(IsChosen)
        && !names.Any(static piece => piece.Value.Contains('*', StringComparison.Ordinal));

    // What Compose names under `models:` is the service's own list, as is what a configuration lists for a place.
    private static bool IsChosen(Evidence piece) => piece.Where.StartsWith("models ", StringComparison.Ordinal)
        || piece.Where.Contains(".yaml ", StringComparison.Ordinal)
        || piece.Where.Contains(".yml ", StringComparison.Ordinal) || IsChosenBy(piece);

    private static bool IsChosenBy(Evidence piece) => !OtherModels.Any(word => piece.Value.Contains(word,
            StringComparison.OrdinalIgnoreCase))
        && !(piece.Where.StartsWith("env ", StringComparison.Ordinal)
            && piece.Where["env ".Length..].ToUpperInvariant().Split('_').Any(PartWords.Contains));
}
