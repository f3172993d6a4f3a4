using System.Collections.Frozen;
using System.Collections.Immutable;
using Gatehouse.Core.Estate;
using static Gatehouse.Core.Discovery.SoftwareRole;
using static Gatehouse.Core.Estate.ModelProvider;

namespace Gatehouse.Core.Discovery;

/// <summary>
/// The software that is known by its image: a row a line. Ports and roles are those of each project's own
/// documentation.
/// </summary>
public static class SoftwareTable
{
    /// <summary>The server that comes with whisper.cpp, by its row's name.</summary>
    internal const string WhisperCpp = "whisper.cpp";

    /// <summary>Every row.</summary>
    public static ImmutableArray<KnownSoftware> Rows { get; } = [.. Servers(), .. Proxies(), .. Chats(), .. Workers(),
        .. Platforms(),
        .. Others()];

    private static readonly FrozenDictionary<string, KnownSoftware> ByImage = Rows
        .SelectMany(row => row.Images.Select(image => KeyValuePair.Create(image, row)))
        .ToFrozenDictionary(StringComparer.Ordinal);

    // Words at the end of an image's name for the machine that it was built for, as in comfyui-nvidia-docker.
    private static readonly FrozenSet<string> Builds = FrozenSet.Create(StringComparer.Ordinal,
        "amd", "amd64", "arm64", "cpu", "cuda", "docker", "gpu", "intel", "nvidia", "rocm", "vulkan", "xpu");

    // Makers whose only product is one row's software, so that an image of theirs with a name of its own is most
    // likely it.
    private static readonly FrozenDictionary<string, string> ByMaker = new Dictionary<string, string>
    {
        ["openhands"] = "openhands",
        ["all-hands-ai"] = "openhands",
        ["open-webui"] = "open-webui",
        ["lobehub"] = "lobe-chat",
        ["mintplexlabs"] = "anythingllm",
        ["sillytavern"] = "sillytavern",
        ["openclaw"] = "openclaw",
        ["agent0ai"] = "agent-zero",
        ["significant-gravitas"] = "autogpt",
        ["letta-ai"] = "letta",
        ["skyvern-ai"] = "skyvern",
        ["browser-use"] = "browser-use",
        ["flowiseai"] = "flowise",
        ["langflowai"] = "langflow",
        ["karakeep-app"] = "karakeep",
        ["linkwarden"] = "linkwarden",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    // Words in the names of images that such a maker gives to what stands beside its product.
    private static readonly FrozenSet<string> Beside = FrozenSet.Create(StringComparer.Ordinal,
        "mcp", "mcpo", "docs", "doc", "documentation", "website", "site", "landing", "db", "database", "postgres",
        "redis", "cache", "migrate", "migration", "migrations", "init", "setup", "backup", "exporter", "metrics",
        "sandbox", "runtime", "terminal", "terminals", "tool", "tools", "openapi", "servers", "frontend", "ui",
        "nginx", "proxy", "helper", "sync", "test", "tests", "e2e", "example", "examples", "base", "builder",
        "browser", "desktop", "extension", "registry", "cli", "bot", "chrome", "search", "updater", "installer",
        "extras");

    /// <summary>What an image is known to be; null when it is not known.</summary>
    /// <param name="image">The image as it was asked for, as <c>ghcr.io/open-webui/open-webui:main</c>.</param>
    public static KnownSoftware? Find(string image)
    {
        ArgumentNullException.ThrowIfNull(image);
        var parts = PathOf(image).Split('/');
        return (parts.Length > 1 ? ByImage.GetValueOrDefault($"{parts[^2]}/{parts[^1]}") : null)
            ?? ByName(parts[^1]) ?? ByShape(parts[^1]) ?? (parts.Length > 1 ? OfMaker(parts[^2], parts[^1]) : null);
    }

    /// <summary>A server of speech that somebody packed, by the words of its name in their order.</summary>
    private static KnownSoftware? ByShape(string name)
        => name.IndexOf("whisper", StringComparison.Ordinal) is >= 0 and var at
            && name.IndexOf("server", at, StringComparison.Ordinal) > 0 && !WordsOf(name).Any(Beside.Contains)
                ? ByImage["whisper-server"] : null;

    private static KnownSoftware? OfMaker(string maker, string name)
        => ByMaker.TryGetValue(maker, out var product) && !WordsOf(name).Any(Beside.Contains) ? ByImage[product] : null;

    private static string[] WordsOf(string name) => name.Split(['-', '_', '.']);

    /// <summary>By the image's own name, without the words behind it that say for what it was built.</summary>
    private static KnownSoftware? ByName(string name)
    {
        while (true)
        {
            if (ByImage.GetValueOrDefault(name) is { } known) return known;
            var cut = name.LastIndexOf('-');
            if (cut <= 0 || !Builds.Contains(name[(cut + 1)..])) return null;
            name = name[..cut];
        }
    }

    /// <summary>What a program that serves or calls models is known to be; null when it is not known.</summary>
    /// <param name="program">The program, or the module that Python runs, as a command's evidence names it.</param>
    public static KnownSoftware? OfProgram(string program)
    {
        ArgumentNullException.ThrowIfNull(program);
        var name = program switch
        {
            "vllm.entrypoints.openai.api_server" => "vllm",
            "llama_cpp.server" or "llama-cpp" => "llama-cpp-python",
            "sglang.launch_server" => "sglang",
            "mlx_lm.server" => "mlx-lm",
            "text-generation-launcher" => "text-generation-inference",
            "infinity_emb" => "michaelf34/infinity",
            "xinference-local" => "xinference",
            "aphrodite" => "aphrodite-engine",
            "lms" => "lmstudio",
            "local-ai" => "localai",
            "llamafile" => "llama-server",
            _ => program,
        };
        return ByImage.GetValueOrDefault(name) is { } known
            && known.Role is Server or Proxy or App ? known : null;
    }

    private static string PathOf(string image)
    {
        var path = image.Split('@')[0].ToLowerInvariant();
        var slash = path.LastIndexOf('/');
        var colon = path.LastIndexOf(':');
        return colon > slash ? path[..colon] : path;
    }

    private static KnownSoftware Serves(string name, int port, ModelProvider? provider, params string[] images)
        => new(name, Server, [.. images]) { Port = port, Provider = provider };

    /// <summary>It hands calls on to models of others.</summary>
    private static KnownSoftware Routes(string name, int port, params string[] images) => new(name, Proxy, [.. images])
    {
        Port = port,
        Provider = OpenAI,
        Trigger = TriggerKind.Event,
        Source = SourceKind.Webhook,
        Sink = SinkKind.Stdout,
    };

    private static KnownSoftware Chat(string name, params string[] images) => new(name, App, [.. images])
    {
        Trigger = TriggerKind.Prompt,
        Source = SourceKind.Prompt,
        Sink = SinkKind.Stdout,
    };

    private static KnownSoftware Is(string name, SoftwareRole role, params string[] images)
        => new(name, role, [.. images]);

    /// <summary>A database or another part that software brings along.</summary>
    private static KnownSoftware Part(string name, params string[] images)
        => new(name, Plain, [.. images]) { IsPart = true };

    private static JobAbilities Alters => new() { AlterData = YesNo.Yes };

    private static JobAbilities Acts => new() { AlterData = YesNo.Yes, SendExternally = YesNo.Yes };

    private static KnownSoftware[] Servers() =>
    [
        Serves("Ollama", 11434, Ollama, "ollama", "ollama-rocm", "ipex-llm-inference-cpp-xpu", "ollama-intel-gpu"),
        Serves("llama.cpp", 8080, OpenAI, "llama.cpp", "llama-server", "llama-cpp", "llama-cpp-python",
            "llama.cpp-server"),
        Serves("llama-swap", 8080, OpenAI, "llama-swap"),
        Serves("vLLM", 8000, OpenAI, "vllm-openai", "vllm", "vllm-openai-rocm", "vllm-cpu", "vllm-dev"),
        Serves("LM Studio", 1234, OpenAI, "lmstudio", "llmster", "lm-studio", "llmster-preview"),
        Serves("LocalAI", 8080, OpenAI, "localai", "local-ai", "localai-aio"),
        Serves("Text Generation Inference", 80, OpenAI, "text-generation-inference", "tgi-gaudi"),
        Serves("Text Embeddings Inference", 80, OpenAI, "text-embeddings-inference"),
        Serves("TabbyAPI", 5000, OpenAI, "tabbyapi"),
        Serves("KoboldCpp", 5001, OpenAI, "koboldcpp", "koboldai"),
        Serves("RamaLama", 8080, OpenAI, "ramalama", "cuda", "rocm-fedora")
            .With("ramalama/cuda", "ramalama/ramalama", "ramalama"),
        Serves("Docker Model Runner", 12434, OpenAI, "model-runner"),
        Serves("Xinference", 9997, OpenAI, "xinference"),
        Serves("Infinity", 7997, OpenAI, "infinity").With("michaelf34/infinity"),
        Serves("SGLang", 30000, OpenAI, "sglang"),
        Serves("Aphrodite", 2242, OpenAI, "aphrodite-engine", "aphrodite-openai"),
        Serves("LMDeploy", 23333, OpenAI, "lmdeploy"),
        Serves("text-generation-webui", 5000, OpenAI, "text-generation-webui", "text-generation-webui-docker"),
        Serves("Tabby", 8080, OpenAI, "tabbyml/tabby"),
        Serves("Speaches", 8000, OpenAI, "speaches", "faster-whisper-server"),
        Serves("Kokoro", 8880, OpenAI, "kokoro-fastapi", "kokoro-fastapi-cpu", "kokoro-fastapi-gpu"),
        Serves("openedai-speech", 8000, OpenAI, "openedai-speech", "openedai-speech-min"),
        Serves("OpenVINO Model Server", 8000, OpenAI, "openvino/model_server"),
        Serves("MLX LM", 8080, OpenAI, "mlx-lm"),
        Serves("Lemonade", 8000, OpenAI, "lemonade-server", "lemonade"),
        Serves("Edge TTS", 5050, OpenAI, "openai-edge-tts"),
        Serves("ComfyUI", 8188, null, "comfyui", "comfyui-boot", "comfyui-docker", "comfyui-nvidia",
            "comfy-ui"),
        Serves("Stable Diffusion web UI", 7860, null, "stable-diffusion-webui", "sd-webui", "stable-diffusion",
            "automatic1111", "stable-diffusion-webui-forge", "sd-webui-forge"),
        Serves("InvokeAI", 9090, null, "invokeai"),
        Serves("Whisper server", 9000, OpenAI, "hwdsl2/whisper-server"),
        Serves(WhisperCpp, 8080, null, "whisper-server", "whisper.cpp", "whisper-cpp"),
        Serves("WhisperLive", 9090, null, "whisperlive-cpu", "whisperlive-gpu", "whisperlive"),
        Serves("Whisper ASR", 9000, null, "openai-whisper-asr-webservice"),
        Serves("Wyoming Whisper", 10300, null, "wyoming-whisper", "faster-whisper", "wyoming-faster-whisper"),
        Serves("Wyoming Piper", 10200, null, "wyoming-piper", "piper"),
        Serves("Piper", 5000, null, "piper1-gpl", "piper-http"),
        Serves("Wyoming Vosk", 10300, null, "wyoming-vosk"),
        Serves("Subgen", 9000, null, "subgen"),
        Serves("SwarmUI", 7801, null, "swarmui"),
        Serves("Fooocus", 7865, null, "fooocus"),
        Serves("SD.Next", 7860, null, "sdnext", "sd.next"),
        Serves("Triton", 8000, null, "tritonserver"),
        Serves("GPUStack", 80, OpenAI, "gpustack"),
        Serves("Modular MAX", 8000, OpenAI, "max-nvidia-full", "max-nvidia-base", "max-amd"),
        Serves("Chatterbox", 4123, OpenAI, "chatterbox-tts-api"),
        Serves("Orpheus", 5005, OpenAI, "orpheus-fastapi"),
        Serves("Coqui TTS", 5002, null, "coqui-ai/tts", "coqui-ai/tts-cpu", "coqui-tts"),
        Serves("XTTS", 8020, null, "xtts-api-server"),
        Serves("AllTalk", 7851, null, "alltalk_tts", "alltalk-tts", "alltalk"),
        Serves("GPT-SoVITS", 9880, null, "gpt-sovits"),
        Serves("Fish Speech", 8080, null, "fish-speech"),
        Serves("Vosk", 2700, null, "kaldi-vosk-server"),
        Serves("Basaran", 80, OpenAI, "basaran"),
        Serves("OpenLLM", 3000, OpenAI, "openllm"),
        Serves("mistral.rs", 1234, OpenAI, "mistral.rs", "mistralrs-server"),
        Serves("Immich machine learning", 3003, null, "immich-machine-learning"),
    ];

    private static KnownSoftware[] Proxies() =>
    [
        new("LiteLLM", Proxy, ["litellm", "litellm-database", "litellm-non_root"])
        {
            Port = 4000, Provider = OpenAI, Trigger = TriggerKind.Event, Source = SourceKind.Webhook,
            Sink = SinkKind.Stdout,
        },
        new("Open WebUI Pipelines", Proxy, ["open-webui/pipelines"])
        {
            Port = 9099, Provider = OpenAI, Trigger = TriggerKind.Event, Source = SourceKind.Webhook,
            Sink = SinkKind.Stdout,
        },
        new("Bifrost", Proxy, ["bifrost"])
        {
            Port = 8080, Provider = OpenAI, Trigger = TriggerKind.Event, Source = SourceKind.Webhook,
            Sink = SinkKind.Stdout,
        },
        new("9router", Proxy, ["9router"])
        {
            Port = 20128, Provider = OpenAI, Trigger = TriggerKind.Event, Source = SourceKind.Webhook,
            Sink = SinkKind.Stdout,
        },
        new("one-api", Proxy, ["one-api", "new-api"])
        {
            Port = 3000, Provider = OpenAI, Trigger = TriggerKind.Event, Source = SourceKind.Webhook,
            Sink = SinkKind.Stdout,
        },
        Routes("OmniRoute", 20128, "omniroute"),
        Routes("Olla", 40114, "olla"),
        Routes("CLIProxyAPI", 8317, "cli-proxy-api"),
        Routes("Portkey", 8787, "portkeyai/gateway"),
        Routes("Helicone AI Gateway", 8080, "helicone/ai-gateway"),
        Routes("TensorZero", 3000, "tensorzero/gateway"),
        Routes("GPT-Load", 3001, "gpt-load"),
        Routes("copilot-api", 4141, "copilot-api"),
        Routes("sub2api", 8080, "sub2api"),
        Routes("OptiLLM", 8000, "optillm"),
        Routes("One Hub", 3000, "one-hub", "done-hub", "veloera"),
        Routes("uni-api", 8000, "uni-api"),
        Routes("Gemini Balance", 8000, "gemini-balance"),
        Routes("chat2api", 5005, "chat2api"),
        Routes("AIClient2API", 3000, "aiclient-2-api"),
        Routes("Claude Relay Service", 3000, "claude-relay-service"),
        Routes("Claude Code Router", 3456, "claude-code-router"),
        Routes("AI Proxy", 3000, "labring/aiproxy"),
    ];

    private static KnownSoftware[] Chats() =>
    [
        Chat("Open WebUI", "open-webui", "openwebui") with
        {
            AddressVariables = ["OLLAMA_BASE_URL", "OLLAMA_BASE_URLS", "OLLAMA_API_BASE_URL", "OPENAI_API_BASE_URL",
                "OPENAI_API_BASE_URLS"],
        },
        Chat("Lobe Chat", "lobe-chat", "lobe-chat-database", "lobehub"),
        Chat("LibreChat", "librechat", "librechat-dev", "librechat-api", "librechat-dev-api"),
        Chat("LibreChat files", "librechat-rag-api-dev", "librechat-rag-api-dev-lite", "librechat-rag-api"),
        Chat("AnythingLLM", "anythingllm", "anything-llm"),
        Chat("big-AGI", "big-agi"),
        Chat("NextChat", "nextchat", "chatgpt-next-web"),
        Chat("Chatbot UI", "chatbot-ui", "chatbot-ollama"),
        Chat("Hollama", "hollama"),
        Chat("oterm", "oterm"),
        Chat("SillyTavern", "sillytavern"),
        Chat("Perplexica", "perplexica", "perplexica-backend", "vane") with { Source = SourceKind.Webhook },
        Chat("Morphic", "morphic"),
        Chat("Khoj", "khoj", "khoj-cloud"),
        Chat("Continue", "continuedev/continue"),
        Chat("PrivateGPT", "private-gpt", "privategpt"),
        Chat("Cheshire Cat", "cheshire-cat-ai/core"),
        Chat("h2oGPT", "h2ogpt"),
        Chat("OpenHands", "openhands", "opendevin") with { Can = Acts, Because = "it runs commands and edits files" },
        Chat("browser-use", "browser-use", "web-ui").With("browser-use", "browser-use/web-ui", "browser-use-webui") with
        {
            Can = Acts, Because = "it clicks and types on web pages",
        },
        Chat("Agent Zero", "agent-zero", "agent-zero-run") with { Can = Acts, Because = "it runs commands" },
        Chat("Open Interpreter", "open-interpreter") with { Can = Acts, Because = "it runs commands" },
        Chat("OpenClaw", "openclaw", "clawdbot", "moltbot") with { Can = Acts,
            Because = "it runs commands and sends messages" },
        Chat("Hermes Agent", "hermes-agent") with { Can = Acts, Because = "it runs commands and sends messages" },
        Chat("GPT Researcher", "gpt-researcher"),
        Chat("AutoGPT", "auto-gpt", "autogpt", "autogpt_platform") with { Can = Acts, Because = "it runs commands" },
        Chat("Ollama web UI", "ollama-webui", "ollama-ui", "nextjs-ollama-llm-ui", "ollama-web-management"),
        Chat("Open Notebook", "open_notebook", "open-notebook"),
        Chat("Onyx", "onyx-backend", "danswer-backend"),
        Chat("SurfSense", "surfsense_backend", "surfsense-backend"),
        Chat("LightRAG", "lightrag"),
        Chat("bolt.diy", "bolt.diy", "bolt-ai") with { Can = Acts, Because = "it writes and runs code" },
        Chat("Letta", "letta"),
        Chat("ChatGPT web", "chatgpt-web", "chatgpt-web-midjourney-proxy"),
        Chat("HuggingChat", "chat-ui", "chat-ui-db"),
        Chat("Kotaemon", "kotaemon"),
        Chat("DeepWiki", "deepwiki-open"),
        Chat("Local Deep Research", "local-deep-research"),
        Chat("Skyvern", "skyvern") with { Can = Acts, Because = "it clicks and types on web pages" },
        Chat("OpenCode", "opencode") with { Can = Acts, Because = "it runs commands and edits files" },
        Chat("ZeroClaw", "zeroclaw", "picoclaw") with { Can = Acts, Because = "it runs commands and sends messages" },
        Chat("llmcord", "llmcord"),
    ];

    private static KnownSoftware[] Workers() =>
    [
        new("paperless-ai", App, ["paperless-ai", "paperless-ai-next"])
        {
            Trigger = TriggerKind.Event, Source = SourceKind.Http, SourceVariable = "PAPERLESS_API_URL",
            Sink = SinkKind.Http, SinkVariable = "PAPERLESS_API_URL", Can = Alters,
            Because = "it writes titles and tags into Paperless",
        },
        new("paperless-gpt", App, ["paperless-gpt"])
        {
            Trigger = TriggerKind.Event, Source = SourceKind.Http, SourceVariable = "PAPERLESS_BASE_URL",
            Sink = SinkKind.Http, SinkVariable = "PAPERLESS_BASE_URL", Can = Alters,
            Because = "it writes titles and tags into Paperless",
        },
        new("paperless-aissist", App, ["paperless-aissist"])
        {
            Trigger = TriggerKind.Event, Source = SourceKind.Http, Can = Alters,
            Because = "it writes titles and tags into Paperless",
        },
        new("Firefly III AI categorizer", App, ["firefly-iii-ai-categorize", "firefly-iii-ai-categorizer"])
        {
            Trigger = TriggerKind.Webhook, Source = SourceKind.Webhook, Can = Alters,
            Because = "it sorts transactions in Firefly III",
        },
        new("Inbox Zero", App, ["inbox-zero"])
        {
            Trigger = TriggerKind.Event, Source = SourceKind.Mail, Can = Acts, Because = "it sorts and answers mail",
        },
        new("PR-Agent", App, ["pr-agent"]) { Trigger = TriggerKind.Webhook, Source = SourceKind.Webhook },
        new("Hindsight", App, ["vectorize-io/hindsight"]) { Trigger = TriggerKind.Event,
            Source = SourceKind.Webhook },
        new("FastGPT", App, ["fastgpt"]) { Trigger = TriggerKind.Webhook, Source = SourceKind.Webhook },
        new("MaxKB", App, ["maxkb"]) { Trigger = TriggerKind.Prompt, Source = SourceKind.Prompt },
        new("AstrBot", App, ["astrbot"]) { Trigger = TriggerKind.Prompt, Source = SourceKind.Webhook },
        new("LangBot", App, ["langbot"]) { Trigger = TriggerKind.Prompt, Source = SourceKind.Webhook },
        new("Sim", App, ["simstudio"]) { Trigger = TriggerKind.Webhook, Source = SourceKind.Webhook },
        new("Flowise", App, ["flowise", "flowise-worker"]) { Trigger = TriggerKind.Webhook,
            Source = SourceKind.Webhook },
        new("Langflow", App, ["langflow", "langflow-backend"]) { Trigger = TriggerKind.Webhook,
            Source = SourceKind.Webhook },
        new("Dify", App, ["dify-api", "dify-plugin-daemon"]) { Trigger = TriggerKind.Webhook,
            Source = SourceKind.Webhook },
        new("RAGFlow", App, ["ragflow"]) { Trigger = TriggerKind.Prompt, Source = SourceKind.Prompt },
        new("baibot", App, ["baibot"]) { Trigger = TriggerKind.Prompt, Source = SourceKind.Webhook },
        new("Speakr", App, ["speakr"]) { Trigger = TriggerKind.Prompt, Source = SourceKind.Prompt },
        new("Recommendarr", App, ["recommendarr"]) { Trigger = TriggerKind.Prompt, Source = SourceKind.Prompt },
        new("Actual AI", App, ["actual-ai"])
        {
            Trigger = TriggerKind.Event, Source = SourceKind.Http, Can = Alters,
            Because = "it sorts transactions in Actual Budget",
        },
        new("miniflux-ai", App, ["miniflux-ai"]) { Trigger = TriggerKind.Event, Source = SourceKind.Webhook },
        new("Nextcloud context chat", App, ["context_chat_backend"]) { Trigger = TriggerKind.Prompt,
            Source = SourceKind.Prompt },
    ];

    /// <summary>What runs what people build in it, and what can call models among other tasks.</summary>
    private static KnownSoftware[] Platforms() =>
    [
        new("n8n", Platform, ["n8n", "n8n-custom"]) { Trigger = TriggerKind.Webhook, Source = SourceKind.Webhook },
        new("Node-RED", Platform, ["node-red", "node-red-docker"]) { Trigger = TriggerKind.Event,
            Source = SourceKind.Webhook },
        new("Home Assistant", Platform, ["home-assistant", "homeassistant"])
        {
            Trigger = TriggerKind.Event, Source = SourceKind.Prompt, Can = Alters, Because = "it switches devices",
        },
        new("Activepieces", Platform, ["activepieces"]) { Trigger = TriggerKind.Webhook, Source = SourceKind.Webhook },
        new("Huginn", Platform, ["huginn", "huginn-single-process"]) { Trigger = TriggerKind.Event,
            Source = SourceKind.Webhook },
        new("Windmill", Platform, ["windmill"]) { Trigger = TriggerKind.Webhook, Source = SourceKind.Webhook },
        new("Karakeep", Optional, ["karakeep", "hoarder", "hoarder-web", "hoarder-workers"])
        {
            Trigger = TriggerKind.Event, Source = SourceKind.Webhook, Can = Alters, ReadsSettings = true,
            Because = "it tags bookmarks; pages come from anybody",
        },
        new("Linkwarden", Optional, ["linkwarden"])
        {
            Trigger = TriggerKind.Event, Source = SourceKind.Webhook, Can = Alters, ReadsSettings = true,
            Because = "it tags bookmarks; pages come from anybody",
        },
        new("PhotoPrism", Optional, ["photoprism"]) { Trigger = TriggerKind.Event, Source = SourceKind.File,
            Can = Alters },
        new("Immich Power Tools", Optional, ["immich-power-tools"]) { Trigger = TriggerKind.Prompt,
            Source = SourceKind.Prompt },
        new("Tandoor", Optional, ["vabene1111/recipes"]) { Trigger = TriggerKind.Prompt,
            Source = SourceKind.Webhook },
        new("Sure", Optional, ["we-promise/sure"]) { Trigger = TriggerKind.Prompt, Source = SourceKind.Prompt },
        new("Chatwoot", Optional, ["chatwoot"]) { Trigger = TriggerKind.Event, Source = SourceKind.Webhook },
        new("Firecrawl", Optional, ["firecrawl"]) { Trigger = TriggerKind.Event, Source = SourceKind.Webhook },
        new("Crawl4AI", Optional, ["crawl4ai"]) { Trigger = TriggerKind.Event, Source = SourceKind.Webhook },
        new("Blinko", Optional, ["blinko"]) { Trigger = TriggerKind.Prompt, Source = SourceKind.Prompt },
        new("Docmost", Optional, ["docmost"]) { Trigger = TriggerKind.Prompt, Source = SourceKind.Prompt },
        new("Frigate", Optional, ["frigate"]) { Trigger = TriggerKind.Event, Source = SourceKind.Webhook },
        new("Mealie", Optional, ["mealie"]) { Trigger = TriggerKind.Prompt, Source = SourceKind.Webhook,
            ReadsSettings = true },
        new("Lingarr", Optional, ["lingarr"]) { Trigger = TriggerKind.Event, Source = SourceKind.Webhook,
            ReadsSettings = true },
        new("Wallos", Optional, ["wallos"]) { Trigger = TriggerKind.Prompt, Source = SourceKind.Prompt },
        new("Kestra", Optional, ["kestra"]) { Trigger = TriggerKind.Event, Source = SourceKind.Webhook },
        new("Open Archiver", Optional, ["open-archiver"]) { Trigger = TriggerKind.Event, Source = SourceKind.Mail },
        new("changedetection.io", Optional, ["changedetection.io"]) { Trigger = TriggerKind.Event,
            Source = SourceKind.Webhook },
        new("Langfuse", Optional, ["langfuse", "langfuse-worker"]) { Trigger = TriggerKind.Event,
            Source = SourceKind.Webhook },
        new("Nextcloud", Optional, ["nextcloud", "nextcloud/all-in-one", "aio-nextcloud"]) {
            Trigger = TriggerKind.Prompt, Source = SourceKind.Prompt },
        // Its modules call a model for every object that is stored and for every search.
        new("Weaviate", Optional, ["weaviate"]) { Trigger = TriggerKind.Event, Source = SourceKind.Webhook,
            IsPart = true },
        new("Paperless-ngx", Optional, ["paperless-ngx"]) { Trigger = TriggerKind.Event, Source = SourceKind.Webhook,
            Can = Alters, ReadsSettings = true },
        new("Immich", Plain, ["immich-server"]),
        new("SearXNG", Plain, ["searxng"]),
    ];

    private static KnownSoftware[] Others() =>
    [
        Is("Gatehouse", Gate, "gatehouse"),
        Part("PostgreSQL", "postgres", "postgresql", "pgvector", "pgvecto-rs", "postgres-postgis", "timescaledb",
            "pgadmin4", "postgis", "immich-app/postgres", "vchord-postgres"),
        Part("MySQL", "mysql", "mariadb", "phpmyadmin"),
        Part("Redis", "redis", "valkey", "redis-stack", "redis-stack-server", "dragonfly", "keydb", "memcached",
            "redisinsight"),
        Part("MongoDB", "mongo", "mongodb", "mongodb-community-server", "mongo-express"),
        Part("Meilisearch", "meilisearch"),
        Part("Search", "elasticsearch", "opensearch", "typesense", "clickhouse-server", "clickhouse", "solr"),
        Part("Vector store", "qdrant", "chroma", "milvus", "etcd", "neo4j"),
        Part("Broker", "eclipse-mosquitto", "rabbitmq", "nats", "kafka", "emqx"),
        Part("Store", "minio", "mc", "adminer", "gotenberg", "tika", "browserless", "chrome", "alpine-chrome",
            "chromium", "influxdb", "docling-serve", "couchdb", "sockpuppetbrowser"),
        Is("Proxy", Plain, "traefik", "nginx", "caddy", "nginx-proxy-manager", "swag", "haproxy", "envoy",
            "cloudflared", "squid", "tailscale", "gluetun", "wireguard", "wg-easy", "pihole", "adguardhome", "unbound",
            "newt", "pangolin", "docker-socket-proxy", "socket-proxy", "crowdsec"),
        Is("Sign-in", Plain, "authelia", "keycloak", "oauth2-proxy", "tinyauth", "pocket-id", "lldap"),
        Is("Watch", Plain, "prometheus", "grafana", "loki", "uptime-kuma", "dozzle", "portainer-ce", "portainer-ee",
            "watchtower", "cadvisor", "promtail", "alertmanager", "node-exporter", "blackbox-exporter", "netdata",
            "gatus", "beszel", "beszel-agent", "scrutiny", "alloy", "dcgm-exporter", "nvidia_gpu_exporter", "diun",
            "dockge", "komodo-core", "glances", "telegraf", "healthchecks", "speedtest-tracker", "tempo"),
        Is("Dashboard", Plain, "homepage", "homarr", "dashy", "heimdall", "glance", "homer", "flame"),
        Is("Backup", Plain, "duplicati", "kopia", "restic", "backrest", "borgmatic", "syncthing"),
        Is("Notifier", Plain, "ntfy", "gotify", "gotify-server", "apprise", "apprise-api"),
        Is("Media", Plain, "jellyfin", "plex", "pms-docker", "emby", "sonarr", "radarr", "prowlarr", "lidarr",
            "readarr", "overseerr", "jellyseerr", "sabnzbd", "qbittorrent", "transmission", "nzbget", "tautulli",
            "navidrome", "audiobookshelf", "calibre-web", "kavita", "komga"),
        Is("Passwords", Plain, "vaultwarden/server", "passbolt"),
        Is("Code", Plain, "gitea", "forgejo", "gitlab-ce", "gitlab-ee", "gitea-act-runner", "act_runner"),
        Is("Dify parts", Plain, "dify-web", "dify-sandbox"),
        Is("MCP proxy", Plain, "mcpo"),
        Is("Zigbee2MQTT", Plain, "zigbee2mqtt"),
    ];

    private static KnownSoftware With(this KnownSoftware row, params string[] images)
        => row with { Images = [.. images] };
}
