namespace Gatehouse.Demo;

/// <summary>How a scripted model is started.</summary>
internal sealed record ScriptedModelOptions
{
    /// <summary>Knobs of every call that does not set them itself, for example <c>delay-token=25</c>.</summary>
    public string Knobs { get; init; } = "";

    /// <summary>If set, calls with another API key get 401 with a body that shows the key they sent.</summary>
    public string? RequiredKey { get; init; }

    /// <summary>The models that lists name. Any other name is answered too, unless it begins with "missing".</summary>
    public IReadOnlyList<string> Models { get; init; } =
        ["llama3.2:3b", "nomic-embed-text:latest", "gpt-4o-mini", "claude-haiku-4-5"];

    /// <summary>Those of them that are run elsewhere, as Ollama says it of the models of its cloud.</summary>
    public IReadOnlyList<string> Remote { get; init; } = [];
}
