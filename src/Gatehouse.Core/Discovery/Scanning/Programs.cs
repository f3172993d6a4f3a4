namespace Gatehouse.Core.Discovery.Scanning;

/// <summary>
/// Programs of the command line that call or serve models, send to sinks, read sources, or can do damage.
/// </summary>
internal static class Programs
{
    private static readonly HashSet<string> ModelClients = new(StringComparer.Ordinal)
    {
        "llm", "aichat", "claude", "codex", "sgpt", "fabric", "fabric-ai", "mods", "tgpt", "chatgpt", "aider", "goose",
        "opencode", "interpreter", "openai", "gemini", "llama-cli", "llama-run", "llama-simple", "whisper",
        "whisper-cli",
        "open-webui", "whisper-ctranslate2", "gpt4all", "shell_gpt", "oterm", "crush", "qwen", "cursor-agent",
        "claude-code", "llama",
    };

    private static readonly HashSet<string> ModelServers = new(StringComparer.Ordinal)
    {
        "llama-server", "llama-swap", "koboldcpp", "local-ai", "localai", "text-generation-launcher", "tabbyapi",
        "sglang", "xinference-local", "aphrodite", "mlc_llm", "rpc-server", "whisper-server", "llamafile", "litellm",
        "infinity_emb", "ramalama", "optillm", "mistralrs-server", "tts-server",
    };

    // Options by which those that ask a model, for themselves or for others, are told where it is.
    private static readonly string[] BaseOptions =
        ["--base-url", "--base_url", "--api-base", "--api_base", "--openai-api-base"];

    // An agent that goes by three names.
    private static readonly string[] ClawNames = ["openclaw", "clawdbot", "moltbot"];

    // Its verbs that ask a model; its gateway goes on running and does so too.
    private static readonly string[] ClawVerbs = ["agent", "chat", "tui"];

    // Servers that are started as a script of Python, by the script and its folder; those whose script has a
    // name of its own have no folder.
    private static readonly (string Script, string Folder, string Program)[] PythonServers =
    [
        ("main.py", "comfyui", "comfyui"), ("server.py", "text-generation-webui", "text-generation-webui"),
        ("server.py", "oobabooga", "text-generation-webui"), ("koboldcpp.py", "", "koboldcpp"),
        ("launch.py", "stable-diffusion-webui", "stable-diffusion-webui"),
        ("webui.py", "stable-diffusion-webui", "stable-diffusion-webui"),
        ("main.py", "tabbyapi", "tabbyapi"), ("start.py", "tabbyapi", "tabbyapi"),
        ("speech.py", "openedai-speech", "openedai-speech"), ("optillm.py", "", "optillm"),
    ];

    private static readonly string[] Branches = ["-master", "-main"];

    // Modules that are servers, whole or below this name.
    private static readonly (string Module, string Program)[] PythonModules =
    [
        ("faster_whisper_server", "faster-whisper-server"), ("speaches", "speaches"), ("litellm", "litellm"),
        ("optillm", "optillm"), ("basaran", "basaran"), ("xtts_api_server", "xtts-api-server"),
    ];

    private static readonly Dictionary<string, string> Sinks = new(StringComparer.Ordinal)
    {
        ["toot"] = "mastodon",
        ["mail"] = "mail",
        ["mailx"] = "mail",
        ["s-nail"] = "mail",
        ["sendmail"] = "mail",
        ["mutt"] = "mail",
        ["neomutt"] = "mail",
        ["msmtp"] = "mail",
        ["swaks"] = "mail",
        ["ssmtp"] = "mail",
        ["sendemail"] = "mail",
        ["ntfy"] = "ntfy",
        ["apprise"] = "apprise",
        ["telegram-send"] = "telegram",
        ["signal-cli"] = "signal",
        ["matrix-commander"] = "matrix",
        ["twurl"] = "twitter",
        ["bsky"] = "bluesky",
        ["mosquitto_pub"] = "mqtt",
        ["scp"] = "file copied with scp",
        ["sftp"] = "file copied with sftp",
        ["rclone"] = "file copied with rclone",
        ["gh"] = "git",
        ["glab"] = "git",
        ["slackcat"] = "slack",
        ["discord.sh"] = "discord",
        ["wp"] = "wordpress",
        ["notify-send"] = "notify",
        ["tweet"] = "twitter",
    };

    private static readonly Dictionary<string, string> Sources = new(StringComparer.Ordinal)
    {
        ["fetchmail"] = "mail",
        ["mbsync"] = "mail",
        ["offlineimap"] = "mail",
        ["getmail"] = "mail",
        ["himalaya"] = "mail",
        ["mosquitto_sub"] = "mqtt",
        ["newsboat"] = "rss",
        ["yt-dlp"] = "http",
        ["inotifywait"] = "file",
        ["rsstail"] = "rss",
    };

    private static readonly HashSet<string> Powers = new(StringComparer.Ordinal)
    {
        "docker", "docker-compose", "podman", "nerdctl", "kubectl", "helm", "ansible", "ansible-playbook", "terraform",
        "tofu", "systemctl", "service", "apt", "apt-get", "dnf", "yum", "apk", "pacman", "snap", "flatpak", "shutdown",
        "reboot", "poweroff", "iptables", "ip6tables", "nft", "ufw", "ssh", "crontab", "useradd", "usermod", "passwd",
        "chown", "chmod", "mkfs", "dd", "mount", "umount", "virsh", "qm", "pct", "zfs", "zpool", "btrfs", "psql",
        "mysql",
        "sqlite3", "hass-cli", "ha",
    };

    public static bool IsKnown(string program)
        => AsksOrServes(program) || Sinks.ContainsKey(program) || Powers.Contains(program)
            || program is "ollama" or "curl" or "wget" or "git";

    /// <summary>Whether a program asks models or serves them.</summary>
    public static bool AsksOrServes(string program)
        => ModelClients.Contains(program) || ModelServers.Contains(program) || ClawNames.Contains(program);

    /// <summary>Whether a program serves models and does nothing else.</summary>
    public static bool Serves(string program) => ModelServers.Contains(program);

    /// <summary>What a command serves or is known to be, by its evidence; null when that is not known.</summary>
    public static KnownSoftware? SoftwareOf(IEnumerable<Evidence> evidence)
    {
        var all = evidence.Where(static piece => piece.Kind is EvidenceKind.ModelServer or EvidenceKind.ModelClient)
            .OrderBy(static piece => piece.Kind != EvidenceKind.ModelServer).ToArray();
        return all.Select(static piece => (piece.Kind, Software: SoftwareTable.OfProgram(piece.Value)))
            .FirstOrDefault(static one => one.Software is not null
                && (one.Kind == EvidenceKind.ModelServer) == (one.Software.Role != SoftwareRole.App)).Software;
    }

    /// <summary>Whether a program asks no model, as far as is known of it.</summary>
    public static bool IsQuiet(string program) => program is "ollama" || Powers.Contains(program)
        || (Sinks.ContainsKey(program) && !ModelClients.Contains(program));

    public static void Add(EvidenceBag bag, string where, string program, string[] arguments)
    {
        if (program == "ollama")
        {
            AddOllama(bag, where, arguments);
        }
        else if (ClawNames.Contains(program))
        {
            AddClaw(bag, where, program, arguments);
        }
        else if (ModelClients.Contains(program))
        {
            AddClient(bag, where, program, arguments);
        }
        else if (ModelServers.Contains(program) || (program == "vllm" && arguments.Contains("serve"))
            || (program == "lms" && arguments.Contains("server")))
        {
            bag.Add(EvidenceKind.ModelServer, where, program);
            AddBase(bag, where, arguments);
        }
        else if (program.StartsWith("python", StringComparison.Ordinal))
        {
            AddPython(bag, where, arguments);
        }
        else if (Packages.IsInterpreter(program))
        {
            if (Packages.Started(program, arguments) is { } started)
                Add(bag, where, started.Program, started.Arguments);
        }
        else if (program == "uvicorn" && arguments.Select(ModuleServer).OfType<string>().FirstOrDefault() is { } app)
        {
            bag.Add(EvidenceKind.ModelServer, where, app);
        }
        else if (Sinks.TryGetValue(program, out var sink))
        {
            bag.Add(EvidenceKind.Sink, where, sink);
        }
        else if (Sources.TryGetValue(program, out var source))
        {
            bag.Add(EvidenceKind.Source, where, source);
        }
        else
        {
            AddPower(bag, where, program, arguments);
        }
    }

    /// <summary>Verbs other than these look after it.</summary>
    private static void AddClaw(EvidenceBag bag, string where, string program, string[] arguments)
    {
        var at = Array.FindIndex(arguments, static one => !one.StartsWith('-'));
        if (at < 0) return;
        var next = at + 1 < arguments.Length ? arguments[at + 1] : "";
        if (ClawVerbs.Contains(arguments[at])
            || (arguments[at] == "gateway" && (next is "" or "run" || next[0] == '-' || next.All(char.IsAsciiDigit))))
        {
            bag.Add(EvidenceKind.ModelClient, where, program);
        }
    }

    private static void AddOllama(EvidenceBag bag, string where, string[] arguments)
    {
        var verb = arguments.FirstOrDefault(static one => !one.StartsWith('-')) ?? "";
        if (verb is "serve" or "start")
        {
            bag.Add(EvidenceKind.ModelServer, where, "ollama");
            return;
        }
        // Only `run` asks a model something; the other verbs fetch, list, build and stop. Without a verb,
        // the caller adds one.
        if (verb is not ("run" or ""))
        {
            bag.SawUpkeep = true;
            return;
        }
        bag.Add(EvidenceKind.ModelClient, where, "ollama");
        var model = arguments.Where(static one => !one.StartsWith('-')).ElementAtOrDefault(1);
        if (model is not null && ModelNames.CanBe(model))
            bag.Add(EvidenceKind.ModelName, where, model);
    }

    private static void AddClient(EvidenceBag bag, string where, string program, string[] arguments)
    {
        bag.Add(EvidenceKind.ModelClient, where, program);
        AddBase(bag, where, arguments);
        for (var at = 0; at + 1 < arguments.Length; at++)
        {
            if (arguments[at] is "-m" or "--model" && ModelNames.CanBe(arguments[at + 1]))
                bag.Add(EvidenceKind.ModelName, where, arguments[at + 1]);
        }
        if (arguments.Any(static one => one is "--dangerously-skip-permissions" or "--yolo" or "--full-auto"
            or "--dangerously-bypass-approvals-and-sandbox"))
        {
            bag.Add(EvidenceKind.Power, where, "acts without asking");
        }
    }

    private static void AddBase(EvidenceBag bag, string where, string[] arguments)
    {
        for (var at = 0; at < arguments.Length; at++)
        {
            var parts = arguments[at].Split('=', 2);
            if (!BaseOptions.Contains(parts[0])) continue;
            if (parts.Length == 2) UrlScan.AddAddress(bag, where, "", parts[1]);
            else if (at + 1 < arguments.Length) UrlScan.AddAddress(bag, where, "", arguments[at + 1]);
        }
    }

    private static void AddPython(EvidenceBag bag, string where, string[] arguments)
    {
        // Behind the script an option is the script's own, and `-m` most often names a model.
        var script = 0;
        while (script < arguments.Length && (arguments[script].StartsWith('-')
            || (script > 0 && arguments[script - 1] is "-W" or "-X" or "-m")))
        {
            script++;
        }
        var flag = Array.IndexOf(arguments[..script], "-m");
        var module = flag >= 0 && flag + 1 < arguments.Length ? arguments[flag + 1] : "";
        if (ServerOf(module) is { } server)
        {
            bag.Add(EvidenceKind.ModelServer, where, server);
            AddBase(bag, where, arguments);
        }
        else if (module.Length > 0 && (IsKnown(module) || module == "uvicorn"))
        {
            Add(bag, where, module, arguments[(flag + 2)..]);
        }
        else if (module.Length > 0)
        {
            if (Packages.OfModule(module) is { } program) Add(bag, where, program, arguments[(flag + 2)..]);
        }
        else if (script < arguments.Length)
        {
            if ((ScriptServer(arguments[script]) ?? ServerOf(Packages.ModuleOf(arguments[script]) ?? "")) is { } known)
                bag.Add(EvidenceKind.ModelServer, where, known);
            else if (Packages.OfPath(arguments[script]) is { } tool)
                Add(bag, where, tool, arguments[(script + 1)..]);
        }
    }

    /// <summary>The server that a module is, as its evidence names it.</summary>
    private static string? ServerOf(string module) => module.StartsWith("vllm.", StringComparison.Ordinal)
        || module is "llama_cpp.server" or "sglang.launch_server" or "mlx_lm.server" ? module : ModuleServer(module);

    private static string? ModuleServer(string module) => PythonModules
        .Where(one => module.Split([':', '.'])[0] == one.Module).Select(static one => one.Program).FirstOrDefault();

    /// <summary>The server that a script is, by its name and that of its folder in any case.</summary>
    private static string? ScriptServer(string script)
    {
        var parts = script.ToLowerInvariant().Split('/');
        var folder = parts.Length > 1 ? parts[^2] : "";
        // An archive of a branch unpacks into a folder with the branch's name.
        var end = Branches.FirstOrDefault(branch => folder.EndsWith(branch, StringComparison.Ordinal)) ?? "";
        folder = folder[..^end.Length];
        // Forks of the web UIs add a word to the name; what adds one to the others is something beside them.
        return PythonServers.Where(one => one.Script == parts[^1] && (one.Folder.Length == 0 || folder == one.Folder
                || (one.Folder.EndsWith("-webui", StringComparison.Ordinal)
                    && folder.StartsWith($"{one.Folder}-", StringComparison.Ordinal))))
            .Select(static one => one.Program).FirstOrDefault();
    }

    private static void AddPower(EvidenceBag bag, string where, string program, string[] arguments)
    {
        if (program == "rm" && arguments.Any(static one => one.StartsWith('-') && one.AsSpan().IndexOfAny("rR") > 0))
            bag.Add(EvidenceKind.Power, where, "deletes folders");
        else if (program == "git" && arguments.Contains("push"))
            bag.Add(EvidenceKind.Sink, where, "git");
        else if (program == "rsync" && arguments.Any(static one => !one.StartsWith('-') && one.IndexOf(':') > 0))
            bag.Add(EvidenceKind.Sink, where, "file copied with rsync");
        else if (Powers.Contains(program))
            bag.Add(EvidenceKind.Power, where, program);
        if (program is "docker" or "docker-compose" or "podman" or "kubectl" or "incus" or "lxc")
            AddInside(bag, where, arguments);
    }

    /// <summary>The program that is started inside a container, as <c>docker exec ollama ollama run x</c>.</summary>
    private static void AddInside(EvidenceBag bag, string where, string[] arguments)
    {
        var at = Array.FindIndex(arguments, static one => one is "exec" or "run");
        for (var next = at + 1; at >= 0 && next < arguments.Length; next++)
        {
            if ((arguments[next] == "ollama" && next + 1 < arguments.Length
                    && arguments[next + 1] is "run" or "pull" or "list" or "ps" or "rm" or "show" or "create")
                || (next > at + 1 && (ModelClients.Contains(arguments[next]) || ClawNames.Contains(arguments[next]))))
            {
                Add(bag, where, arguments[next], arguments[(next + 1)..]);
                return;
            }
        }
    }
}
