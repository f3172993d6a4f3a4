using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Gatehouse.Adoption;
using Gatehouse.Cli;
using Gatehouse.Docker;
using Gatehouse.Tests.Binary;
using Gatehouse.Tests.Docker;

namespace Gatehouse.Tests.Adoption;

/// <summary>
/// A homelab's stack on a real engine: a model server, apps that call it as Open WebUI, n8n and paperless-ai do, and a
/// database that does not. Each app notes every call in its log.
/// </summary>
internal sealed class AdoptStack : IAsyncDisposable
{
    public const string Project = "lab";
    public const string Network = "lab_default";

    private const string ComposeText = """
        # the owner's own file, with a comment
        services:
          ollama: { image: "ollama/ollama:0.12.3" }
          db: { image: "postgres:16-alpine" }
          open-webui: { image: "ghcr.io/open-webui/open-webui:v0.6.30" }
          n8n: { image: "docker.n8n.io/n8nio/n8n:1.110.1" }
          paperless-ai: { image: "clusterzx/paperless-ai:3.0.9" }

        """;

    private readonly TestEngine _engine;
    private readonly StringWriter _screen = new();

    private AdoptStack(TestEngine engine, string folder) => (_engine, Folder) = (engine, folder);

    public string Folder { get; }

    public string Home => Path.Combine(Folder, "home");

    public string Journals => Path.Combine(Folder, "journals");

    public string ComposeFolder => Path.Combine(Folder, "lab");

    public static IReadOnlyList<string> Apps { get; } = ["n8n", "open-webui", "paperless-ai"];

    public const string SmallApp = "open-webui";

    public EngineAddress Engine => EngineAddress.Find(_engine.SocketPath);

    /// <summary>What the verbs of <see cref="Verb"/> said so far.</summary>
    public string Screen => _screen.ToString();

    /// <summary>The verb in this process, so that faults can be put between it and the engine.</summary>
    public AdoptVerb Verb(EngineClient client, CrashingSteps? faults = null, TimeProvider? time = null)
    {
        var journals = JournalFolder.Open(Journals);
        journals.Around = faults is null ? null : faults.AroundLine;
        return new(client, new AdoptScreen(_screen), journals)
        {
            Home = Home,
            EngineAddress = _engine.SocketPath,
            Runner = faults is null ? static real => real : faults.Around,
            Time = time ?? new LaterTime(),
        };
    }

    /// <summary>A model server with a published port and a static address, and one app.</summary>
    public static async Task<AdoptStack> StartSmallAsync(TestEngine engine)
    {
        engine.Need();
        await engine.ClearAsync();
        var stack = new AdoptStack(engine, Directory.CreateTempSubdirectory("ghs-").FullName);
        try
        {
            await stack.MakeProjectAsync("--subnet", "10.99.7.0/24");
            await engine.DockerAsync("network", "create", "lab_second");
            await stack.RunModelAsync("-p", "11434:11434", "--ip", "10.99.7.77");
            await engine.DockerAsync("network", "connect", "--alias", "brain", "lab_second", Name("ollama"));
            await stack.RunOpenWebUiAsync();
            await stack.WaitForCallsAsync(SmallApp, 1);
            return stack;
        }
        catch
        {
            await stack.DisposeAsync();
            throw;
        }
    }

    /// <summary>The project without a container, for a test that says who is in it.</summary>
    public static async Task<AdoptStack> StartBareAsync(TestEngine engine, params string[] network)
    {
        engine.Need();
        await engine.ClearAsync();
        var stack = new AdoptStack(engine, Directory.CreateTempSubdirectory("ghs-").FullName);
        await stack.MakeProjectAsync(network);
        return stack;
    }

    /// <summary>A model server; options as `docker run` takes them.</summary>
    public Task RunServerAsync(string service, string image, params string[] options) => RunAsync(
        service, image, options, "/gatehouse", "scripted-model", "--listen", "0.0.0.0:11434");

    /// <summary>An app that asks a URL of Ollama's chat over and over, by the variable that its image reads.</summary>
    public Task RunAppAsync(string service, string image, string variable, string url, params string[] options)
        => RunAsync(service, image, ["-e", $"{variable}={url}", .. options], Chat(url));

    /// <summary>A container of the project that is in another network, or in none of its own.</summary>
    public Task RunAtAsync(string network, string service, string image, string[] options, params string[] command)
        => _engine.DockerAsync(
        [
            "run", "-d", "--name", Name(service), "--network", network, .. Labels(service), .. options, image,
            .. command,
        ]);

    /// <summary>Asks a URL over and over, and notes how it went.</summary>
    public static string[] Chat(string url) =>
    [
        "sh", "-c", $$$"""
        while true; do if curl -sSf -m 5 -H 'Content-Type: application/json' -o /tmp/answer -d '{"model":"llama3.2:3b",
        "stream":false,"messages":[{"role":"user","content":"Hello"}]}' {{{url}}}/api/chat; then echo good
        else echo bad; fi; sleep 0.1; done
        """,
    ];

    /// <summary>Starts it; <paramref name="publish"/> is a port as <c>-p</c> takes it, or empty.</summary>
    public static async Task<AdoptStack> StartAsync(TestEngine engine, string publish = "")
    {
        engine.Need();
        await engine.ClearAsync();
        var stack = new AdoptStack(engine, Directory.CreateTempSubdirectory("ghs-").FullName);
        try
        {
            await stack.StartAsync(publish);
            return stack;
        }
        catch
        {
            await stack.DisposeAsync();
            throw;
        }
    }

    private async Task StartAsync(string publish)
    {
        await MakeProjectAsync();
        await RunModelAsync(publish.Length > 0 ? ["-p", publish] : []);
        await RunAsync("db", TestImages.Postgres, ["-e", "POSTGRES_PASSWORD=hunter2"], "sleep", "100000");
        await RunOpenWebUiAsync();
        await RunN8nAsync();
        await RunAsync("paperless-ai", TestImages.PaperlessAi,
            ["-e", "OLLAMA_API_URL=http://ollama:11434", "-e", "OLLAMA_MODEL=llama3.2:3b", "-e", "AI_PROVIDER=ollama"],
            Loop("/api/generate", """
            {"model":"llama3.2:3b","prompt":"Tags?",
            "system":"You tag documents","stream":false,"format":"json"}
            """));
        foreach (var app in Apps) await WaitForCallsAsync(app, 1);
    }

    private async Task MakeProjectAsync(params string[] network)
    {
        Directory.CreateDirectory(ComposeFolder);
        await File.WriteAllTextAsync(Path.Combine(ComposeFolder, "compose.yaml"), ComposeText);
        await _engine.DockerAsync(
        [
            "network", "create", "--label", $"com.docker.compose.project={Project}", "--label",
            "com.docker.compose.network=default", .. network, Network,
        ]);
    }

    private Task RunModelAsync(params string[] options) => RunAsync(
        "ollama", TestImages.Ollama, options, "/gatehouse", "scripted-model", "--listen", "0.0.0.0:11434");

    /// <summary>The app of the small stack; also when it is made anew.</summary>
    public Task RunOpenWebUiAsync() => RunAsync(
        "open-webui", TestImages.OpenWebUi, ["-e", "OLLAMA_BASE_URL=http://ollama:11434"],
            Loop("/api/chat", """
            {"model":"llama3.2:3b","stream":false,
            "messages":[{"role":"user","content":"Hello"}],"options":{}}
            """));

    /// <summary>An app that calls as n8n does; also one that comes when the others are adopted.</summary>
    public Task RunN8nAsync() => RunAsync(
        "n8n", TestImages.N8n, ["-e", "OLLAMA_HOST=ollama:11434", "-e", "N8N_ENCRYPTION_KEY=topsecretvalue"],
        Loop("/api/chat", """
        {"model":"llama3.2:3b",
        "messages":[{"role":"system","content":"Be short"},{"role":"user","content":"Invoice?"}],
        "options":{"temperature":0.7},"stream":false}
        """));

    /// <summary>A second model server on another port, beside the first.</summary>
    public Task RunSecondModelAsync() => RunAsync(
        "llama-cpp", TestImages.LlamaCpp, [], "/gatehouse", "scripted-model", "--listen", "0.0.0.0:8080");

    /// <summary>The verb, on this engine's host, by the native binary.</summary>
    public Task<Ended> GatehouseAsync(params string[] words)
        => _engine.OnHostAsync(GateBinary.Path, words);

    public Task<Ended> AdoptAsync(params string[] words) => GatehouseAsync(AdoptWords(words));

    /// <summary>The same, to be stopped on its way; what it prints may go to a file.</summary>
    public Child StartAdopt(string output, params string[] words) => output.Length == 0
        ? _engine.StartOnHost(GateBinary.Path, AdoptWords(words))
        : _engine.StartOnHost(
            "sh", ["-c", $"exec \"$@\" >{output} 2>&1", "sh", GateBinary.Path, .. AdoptWords(words)]);

    private string[] AdoptWords(string[] words)
        => ["adopt", "--docker", _engine.SocketPath, "--home", Home, "--journals", Journals, .. words];

    public Task<Ended> DiscoverAsync(params string[] words)
        => GatehouseAsync(["discover", "--docker", _engine.SocketPath, "--home", Home, .. words]);

    public Task<Ended> UndoAsync() => AdoptAsync("--undo");

    /// <summary>How many calls an app made, and how many of them failed, since it started.</summary>
    public async Task<(int Good, int Bad)> CallsAsync(string app)
    {
        var lines = (await _engine.DockerAsync("logs", Name(app))).Output.Split('\n');
        return (lines.Count(static line => line.StartsWith("good", StringComparison.Ordinal)),
            lines.Count(static line => line.StartsWith("bad", StringComparison.Ordinal)));
    }

    public async Task WaitForCallsAsync(string app, int more)
    {
        var (before, _) = await CallsAsync(app);
        for (var looks = 0; looks < 400; looks++)
        {
            if ((await CallsAsync(app)).Good >= before + more) return;
            await Task.Delay(50);
        }
        Assert.Fail(
            $"{app} makes no calls:\n{(await _engine.TryDockerAsync("logs", "--tail", "5", Name(app))).Output}");
    }

    /// <summary>The longest time in milliseconds that an app went without a good answer, by its own clock.</summary>
    public async Task<double> LongestGapAsync(string app)
    {
        var times = (await _engine.DockerAsync("logs", "-t", Name(app))).Output.Split('\n')
            .Where(static line => line.Contains(" good", StringComparison.Ordinal))
            .Select(static line => DateTimeOffset.Parse(line.Split(' ')[0], CultureInfo.InvariantCulture))
            .ToArray();
        return times.Zip(times.Skip(1)).Max(static pair => (pair.Second - pair.First).TotalMilliseconds);
    }

    /// <summary>A GET from inside a container: the whole answer, or what curl said.</summary>
    public async Task<string> GetFromAsync(string app, string url)
    {
        var ended = await _engine.TryDockerAsync("exec", Name(app), "curl", "-sS", "-i", "-m", "2", url);
        return ended.Output + ended.Errors;
    }

    public static string Name(string service) => $"{Project}-{service}-1";

    /// <summary>
    /// Everything that the engine tells of every container and network, and every firewall rule; without what the
    /// engine gives anew at each connect.
    /// </summary>
    public async Task<string> SnapshotAsync()
    {
        var all = new JsonObject();
        foreach (var name in (await _engine.DockerAsync("ps", "-a", "--format", "{{.Names}}")).Lines.Order(
            StringComparer.Ordinal))
        {
            all["container " + name] = Plain(JsonNode.Parse((await _engine.InspectAsync(name)).GetRawText())!);
        }
        foreach (var name in (await _engine.DockerAsync("network", "ls", "--format", "{{.Name}}")).Lines.Order(
            StringComparer.Ordinal))
        {
            all["network " + name] = Plain(JsonNode.Parse((await _engine.InspectAsync(name)).GetRawText())!);
        }
        foreach (var image in (await _engine.DockerAsync("images", "--format", "{{.Repository}}:{{.Tag}}")).Lines.Order(
            StringComparer.Ordinal))
        {
            all["image " + image] = true;
        }
        foreach (var tool in new[] { "iptables-save", "ip6tables-save" })
            all[tool] = Rules((await _engine.OnHostAsync(tool)).Output);
        foreach (var file in Directory.EnumerateFiles(ComposeFolder).Order(StringComparer.Ordinal))
            all["file " + Path.GetFileName(file)] = await File.ReadAllTextAsync(file);
        return all.ToJsonString(new JsonSerializerOptions { WriteIndented = true });
    }

    public async ValueTask DisposeAsync()
    {
        await _engine.ClearAsync();
        Directory.Delete(Folder, recursive: true);
    }

    /// <summary>
    /// Rules without counters, comments and the addresses that the engine hands out; order kept by chain.
    /// </summary>
    private static string Rules(string text) => string.Join('\n', text.Split('\n')
        .Where(static line => line.Length > 0 && line[0] is not '#')
        .Select(static line => System.Text.RegularExpressions.Regex.Replace(line, @"\[\d+:\d+\]", ""))
        .Select(static line => System.Text.RegularExpressions.Regex.Replace(
            line, @"\b(172\.\d+|192\.168)\.\d+\.([2-9]|1\d)\b", "ADDRESS"))
        .Order(StringComparer.Ordinal));

    private static JsonNode Plain(JsonNode node)
    {
        string[] anew =
        [
            "EndpointID", "IPAddress", "MacAddress", "GlobalIPv6Address", "IPv4Address", "LinkLocalIPv6Address",
            "SandboxID", "SandboxKey", "Containers",
        ];
        if (node is JsonObject map)
        {
            foreach (var name in anew)
            {
                map.Remove(name);
            }
            foreach (var child in map.ToArray()) if (child.Value is not null) Plain(child.Value);
        }
        if (node is JsonArray list)
        {
            foreach (var child in list) if (child is not null) Plain(child);
        }
        return node;
    }

    private static string[] Loop(string path, string body) =>
    [
        "sh", "-c",
        $"while true; do if curl -sSf -m 5 -H 'Content-Type: application/json' -d '{body}' "
        + $"http://ollama:11434{path} -o /tmp/answer; then echo good; else echo bad; fi; sleep 0.1; done",
    ];

    private async Task RunAsync(string service, string image, string[] options, params string[] command)
        => await _engine.DockerAsync(
        [
            "run", "-d", "--name", Name(service), "--network", Network, "--network-alias", service, .. Labels(service),
            .. options, image, .. command,
        ]);

    private string[] Labels(string service) =>
    [
        "--label", $"com.docker.compose.project={Project}", "--label", $"com.docker.compose.service={service}",
        "--label", $"com.docker.compose.project.working_dir={ComposeFolder}",
        "--label", $"com.docker.compose.project.config_files={ComposeFolder}/compose.yaml",
        "--label", "com.docker.compose.version=2.30.3",
    ];
}
