using System.Diagnostics;
using Gatehouse.Core.Ledger;
using Gatehouse.Demo;
using Gatehouse.Storage;
using Gatehouse.Tests.Gate;

namespace Gatehouse.Tests.Clients;

/// <summary>
/// Agents as people run them, with the settings that <c>gatehouse connect</c> prints, from their first call to their
/// answer. Telemetry and update checks are off, and each is bounded in time.
/// </summary>
public sealed class AgentTests : IAsyncLifetime
{
    /// <summary>The slowest takes five seconds on an idle machine.</summary>
    private static readonly TimeSpan RunMax = TimeSpan.FromSeconds(150);

    private const string Estate = """
        estate: 1
        name: test
        node: agents
        listen: { gate: "127.0.0.1:0", control: "127.0.0.1:0" }
        models:
          claude: { provider: anthropic, url: "{model}", name: "claude-*" }
          gpt:    { provider: openai, url: "{model}/v1", name: "gpt-*" }
        jobs:
          agent: { owner: tester, models: [claude, gpt], source: prompt, sink: stdout }
        """;

    private static readonly string Hello = ScriptedTexts.For("hello");

    private readonly string _folder = Directory.CreateTempSubdirectory("gatehouse-agent-").FullName;
    private GateStage _gate = null!;
    private string _token = "";

    private string Url => _gate.BaseUrl.ToString().TrimEnd('/');

    public async ValueTask InitializeAsync()
    {
        await NodePackages.InstallOnceAsync("agents");
        _gate = await GateStage.StartAsync(Estate);
        _token = await _gate.TokenAsync("agent");
    }

    public async ValueTask DisposeAsync()
    {
        await _gate.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Claude_Code_works_unchanged_and_its_session_is_on_record()
    {
        var said = await RunAsync("claude", ["-p", "hello", "--model", "claude-sonnet-4-5"],
            ("ANTHROPIC_BASE_URL", Url), ("ANTHROPIC_AUTH_TOKEN", _token),
            ("CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC", "1"), ("DISABLE_AUTOUPDATER", "1"), ("IS_SANDBOX", "1"));

        // What the scripted model says depends on what the agent puts around the prompt.
        Assert.NotEqual("", said.Trim());
        var facts = AllCompleted();
        Assert.All(facts, call => Assert.Equal(("claude", "?beta=true"), (call.Model, call.Query)));
        Assert.Single(facts.Select(call => call.Session).Distinct(), session => session is { Length: 36 });
        var sent = _gate.Model.Calls.Snapshot().Last(call => call.Method == "POST");
        Assert.Contains("claude-code-", sent.Header("anthropic-beta"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Codex_works_with_the_settings_that_connect_prints()
    {
        await WriteAsync(".codex/config.toml", $"""
            model = "gpt-5"
            model_provider = "gatehouse"
            web_search = "disabled"
            check_for_update_on_startup = false

            [model_providers.gatehouse]
            name = "Gatehouse"
            base_url = "{Url}/v1"
            wire_api = "responses"
            env_key = "GATEHOUSE_TOKEN"
            """);

        var said = await RunAsync("codex", ["exec", "--skip-git-repo-check", "hello"], ("GATEHOUSE_TOKEN", _token));

        Assert.Contains(Hello, said, StringComparison.Ordinal);
        Assert.All(
            AllCompleted(), call => Assert.Equal(("openai.responses", 36), (call.Endpoint, call.Session?.Length)));
    }

    [Fact]
    public async Task Codex_falls_back_from_a_websocket_at_once()
    {
        await WriteAsync(".codex/config.toml", $"""
            model = "gpt-5"
            openai_base_url = "{Url}/v1"
            web_search = "disabled"
            check_for_update_on_startup = false
            """);

        var said = await RunAsync("codex", ["exec", "--skip-git-repo-check", "hello"],
            ("CODEX_API_KEY", _token), ("OPENAI_API_KEY", _token));

        Assert.Contains(Hello, said, StringComparison.Ordinal);
        Assert.Single(_gate.Exchanges(), row => row.Outcome == "refused");
        Assert.Single(_gate.Exchanges(), row => row.Outcome == "completed");
    }

    [Fact]
    public async Task Opencode_works_as_a_provider_of_its_own()
    {
        await WriteAsync(".config/opencode/opencode.json", $$"""
            { "model": "gatehouse/gpt-5", "small_model": "gatehouse/gpt-5", "autoupdate": false, "share": "disabled",
              "provider": { "gatehouse": { "npm": "@ai-sdk/openai-compatible", "name": "Gatehouse",
                "options": { "baseURL": "{{Url}}/v1", "apiKey": "{env:GATEHOUSE_TOKEN}" },
                "models": { "gpt-5": {} } } } }
            """);

        var said = await RunAsync("opencode", ["run", "hello"], ("GATEHOUSE_TOKEN", _token),
            ("OPENCODE_DISABLE_AUTOUPDATE", "1"), ("OPENCODE_DISABLE_MODELS_FETCH", "1"),
            ("OPENCODE_DISABLE_LSP_DOWNLOAD", "1"));

        Assert.Contains(Hello, said, StringComparison.Ordinal);
        Assert.All(AllCompleted(), call => Assert.Equal("gpt", call.Model));
    }

    [Fact]
    public async Task Qwen_Code_works_with_a_base_url_and_a_key()
    {
        var said = await RunAsync("qwen", ["-p", "hello"], ("OPENAI_BASE_URL", Url + "/v1"), ("OPENAI_API_KEY", _token),
            ("OPENAI_MODEL", "gpt-5"), ("QWEN_TELEMETRY_ENABLED", "0"));

        Assert.Contains(Hello, said, StringComparison.Ordinal);
        Assert.All(AllCompleted(), call => Assert.Equal("gpt", call.Model));
    }

    /// <summary>The agent's calls, none of which was refused.</summary>
    private List<CallFacts> AllCompleted()
    {
        var rows = _gate.Exchanges();
        Assert.NotEmpty(rows);
        Assert.All(rows, row => Assert.Contains(row.Outcome, (string[])["completed", "client_aborted"]));
        using var reader = LedgerReader.OpenReadOnly(_gate.Server.Home);
        return [.. rows.Select(row => ((RequestEntry)reader.FindEntry(row.Index)!.Leaf!.Entry).Call)];
    }

    private async Task WriteAsync(string path, string text)
    {
        var full = Path.Combine(_folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        await File.WriteAllTextAsync(full, text, TestContext.Current.CancellationToken);
    }

    /// <summary>Runs an agent in an empty folder, with a home and an environment of its own.</summary>
    private async Task<string> RunAsync(string agent, string[] words, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(Repository.PathOf("tests", "agents", "node_modules", ".bin", agent), words)
        {
            WorkingDirectory = Directory.CreateDirectory(Path.Combine(_folder, "work")).FullName,
        };
        start.Environment.Clear();
        start.Environment["PATH"] = Environment.GetEnvironmentVariable("PATH");
        start.Environment["HOME"] = _folder;
        foreach (var (name, value) in environment) start.Environment[name] = value;
        var (exit, output, errors) = await NodePackages.RunProcessAsync(
            start, RunMax, TestContext.Current.CancellationToken);
        Assert.True(exit == 0, $"{agent} ended with {exit}.\n{output}\n{errors}");
        return output;
    }
}
