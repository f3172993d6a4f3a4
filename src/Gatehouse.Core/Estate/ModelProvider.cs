namespace Gatehouse.Core.Estate;

/// <summary>The family of dialects that an upstream speaks.</summary>
public enum ModelProvider
{
    /// <summary>Ollama: its own dialect, and OpenAI's and Anthropic's messages beside it.</summary>
    Ollama,

    /// <summary>Anything that speaks OpenAI's dialect.</summary>
    OpenAI,

    /// <summary>Anthropic's dialect.</summary>
    Anthropic,
}
