namespace Gatehouse.Cli;

/// <summary>An app, and where its settings name a model server.</summary>
/// <param name="Name">The word on the command line.</param>
/// <param name="Settings">The lines to print, with <c>{url}</c>, <c>{key}</c>, <c>{job}</c> and <c>{model}</c>.</param>
internal sealed record ConnectApp(string Name, string Settings)
{
    /// <summary>Whether releases are about whose form has no field for a key.</summary>
    public bool OldReleasesTakeNoKey { get; init; }

    public static IReadOnlyList<ConnectApp> All { get; } =
    [
        // docs.openwebui.com, "OpenAI-Compatible" (step 1) and "Environment Variable Configuration": the variables are
        // read at the first start only, later the stored values win.
        new("open-webui", """
            Open WebUI: Settings → Admin → Connections → OpenAI API → Add Connection
              (older releases: Admin Settings → Connections)
              URL: {url}/v1
              Key: {key}
            or, for a first start, in its environment:
              OPENAI_API_BASE_URL={url}/v1
              OPENAI_API_KEY={key}
            """),
        // docs.n8n.io, "Ollama credentials": Base URL, and an optional key that is sent as a bearer token. "OpenAI
        // credentials" does not name the field; it is in n8n's source, nodes-base, with a default that ends with /v1.
        new("n8n", """
            n8n: Credentials → Ollama (or OpenAI, whose Base URL ends with /v1)
              Base URL: {url}
              API Key:  {key}
            """),
        // home-assistant.io, integration "Ollama": a URL and a model; its pull request 44158 of March 2026 added an
        // optional API key, sent as a bearer token.
        new("home-assistant", """
            Home Assistant: Settings → Devices & services → Add integration → Ollama
              URL: {url}
              API key: {key}
            """) { OldReleasesTakeNoKey = true },
        // paperless-ai's source, config/config.js of 3.x and the table of variables of its successor: its Ollama
        // provider has no field for a key, its custom one has.
        new("paperless-ai", """
            paperless-ai: Settings → AI provider Custom, or in its environment:
              AI_PROVIDER=custom
              CUSTOM_BASE_URL={url}/v1
              CUSTOM_API_KEY={key}
              CUSTOM_MODEL={model}
            """),
        // docs.litellm.ai, "Config.yaml" and "OpenAI-Compatible Endpoints".
        new("litellm", """
            LiteLLM, in config.yaml:
              model_list:
                - model_name: {model}
                  litellm_params:
                    model: openai/{model}
                    api_base: {url}/v1
                    api_key: {key}
            """),
        // OpenAI's libraries for Python and JavaScript, the constructors of their clients.
        new("openai-sdk", """
            OpenAI SDKs, in the program's environment:
              OPENAI_BASE_URL={url}/v1
              OPENAI_API_KEY={key}
            """),
        // code.claude.com/docs, "LLM gateway": ANTHROPIC_AUTH_TOKEN goes as a bearer token. The last two keep its own
        // connections to the world closed; tried with 2.1.
        new("claude-code", """
            Claude Code, in its environment or in ~/.claude/settings.json under "env":
              ANTHROPIC_BASE_URL={url}
              ANTHROPIC_AUTH_TOKEN={key}
              CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC=1
              DISABLE_AUTOUPDATER=1
            It chooses dated model names: let the job's model entry be named "claude-*".
            """),
        // developers.openai.com/codex, "config.toml": model_providers, web_search; tried with 0.171.
        new("codex", """
            Codex, in ~/.codex/config.toml:
              model = "{model}"
              model_provider = "gatehouse"
              web_search = "disabled"        # it runs at the provider; without this line every call is refused
              check_for_update_on_startup = false

              [model_providers.gatehouse]
              name = "Gatehouse"
              base_url = "{url}/v1"
              wire_api = "responses"
              env_key = "GATEHOUSE_TOKEN"
            and in its environment:
              GATEHOUSE_TOKEN={key}
            """),
        // opencode.ai/docs, "Providers", custom provider; tried with 1.18.
        new("opencode", """
            opencode, in ~/.config/opencode/opencode.json:
              { "model": "gatehouse/{model}", "small_model": "gatehouse/{model}", "autoupdate": false,
                "share": "disabled",
                "provider": { "gatehouse": { "npm": "@ai-sdk/openai-compatible", "name": "Gatehouse",
                  "options": { "baseURL": "{url}/v1", "apiKey": "{env:GATEHOUSE_TOKEN}" },
                  "models": { "{model}": {} } } } }
            and in its environment:
              GATEHOUSE_TOKEN={key}
            """),
        // qwenlm.github.io/qwen-code-docs, "Configuration"; tried with 0.15.
        new("qwen-code", """
            Qwen Code, in its environment or in ~/.qwen/.env:
              OPENAI_BASE_URL={url}/v1
              OPENAI_API_KEY={key}
              OPENAI_MODEL={model}
            """),
    ];

    /// <summary>What to set, for one job and one address.</summary>
    public string Text(string job, string model, ConnectTarget target)
    {
        // A key that must not be empty is any word where the address is the identity.
        var key = target.NeedsToken ? "TOKEN" : "any";
        return Settings.Replace("{url}", target.Url, StringComparison.Ordinal)
            .Replace("{key}", key, StringComparison.Ordinal)
            .Replace("{job}", job, StringComparison.Ordinal)
            .Replace("{model}", model, StringComparison.Ordinal);
    }

    /// <summary>The command that makes the token; null where none is needed.</summary>
    public static string? TokenCommand(string job, ConnectTarget target)
        => target.NeedsToken ? $"gatehouse token issue --job {job} --service --from CIDR" : null;

    /// <summary>What to do in a release without a field for a key; null where that cannot happen.</summary>
    public string? WithoutKeyField(string job, ConnectTarget target)
        => OldReleasesTakeNoKey && TokenCommand(job, target) is { } command
            ? "A release without a field for a key takes the token in the URL; keep that to itself:\n"
                + $"  URL: {target.Url}/t/TOKEN\n  {command} --in-url"
            : null;
}
