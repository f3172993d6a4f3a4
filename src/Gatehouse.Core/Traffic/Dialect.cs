namespace Gatehouse.Core.Traffic;

/// <summary>
/// The wire format in which a caller speaks. A call is passed on only to an upstream that speaks the same one.
/// </summary>
public enum Dialect
{
    /// <summary>OpenAI's HTTP API and what copies it.</summary>
    OpenAI,

    /// <summary>Ollama's native HTTP API.</summary>
    Ollama,

    /// <summary>Anthropic's Messages API.</summary>
    Anthropic,
}
