namespace Gatehouse.Cli;

/// <summary>An app, and where its settings name a model server.</summary>
/// <param name="Name">The word on the command line.</param>
/// <param name="TakesKey">Whether it has a field for a key; else a token has to stand in the URL.</param>
/// <param name="Settings">The lines to print, with <c>{url}</c>, <c>{key}</c>, <c>{job}</c> and <c>{model}</c>.</param>
internal sealed record ConnectApp(string Name, bool TakesKey, string Settings)
{
    public static IReadOnlyList<ConnectApp> All { get; } =
    [
        // Open WebUI documentation, "Environment Variable Configuration".
        new("open-webui", true, """
            Open WebUI: Admin Settings → Connections → OpenAI API → add a connection
              URL: {url}/v1
              Key: {key}
            or, for a first start, in its environment:
              OPENAI_API_BASE_URL={url}/v1
              OPENAI_API_KEY={key}
            """),
        // n8n documentation, "Ollama credentials" and "OpenAI credentials".
        new("n8n", true, """
            n8n: Credentials → Ollama (or OpenAI, whose Base URL ends with /v1)
              Base URL: {url}
              API Key:  {key}
            """),
        // Home Assistant core, strings of the integration "ollama": a URL and a model, no field for a key.
        new("home-assistant", false, """
            Home Assistant: Settings → Devices & services → Ollama
              URL: {url}
            """),
        // paperless-ai, its setup page and the variables of its .env.
        new("paperless-ai", false, """
            paperless-ai: Settings → AI provider Ollama, or in its environment:
              AI_PROVIDER=ollama
              OLLAMA_API_URL={url}
              OLLAMA_MODEL={model}
            """),
        // LiteLLM documentation, "Config.yaml".
        new("litellm", true, """
            LiteLLM, in config.yaml:
              model_list:
                - model_name: {model}
                  litellm_params:
                    model: openai/{model}
                    api_base: {url}/v1
                    api_key: {key}
            """),
        // OpenAI API libraries for Python and JavaScript, README.
        new("openai-sdk", true, """
            OpenAI SDKs, in the program's environment:
              OPENAI_BASE_URL={url}/v1
              OPENAI_API_KEY={key}
            """),
    ];

    /// <summary>What to set, for one job and one address.</summary>
    public string Text(string job, string model, ConnectTarget target)
    {
        // A key that must not be empty is any word where the address is the identity.
        var key = target.NeedsToken ? "TOKEN" : "any";
        var url = target.NeedsToken && !TakesKey ? $"{target.Url}/t/TOKEN" : target.Url;
        return Settings.Replace("{url}", url, StringComparison.Ordinal)
            .Replace("{key}", key, StringComparison.Ordinal)
            .Replace("{job}", job, StringComparison.Ordinal)
            .Replace("{model}", model, StringComparison.Ordinal);
    }

    /// <summary>The command that makes the token; null where none is needed.</summary>
    public string? TokenCommand(string job, ConnectTarget target)
        => !target.NeedsToken ? null
            : $"gatehouse token issue --job {job} --service --from CIDR{(TakesKey ? "" : " --in-url")}";
}
