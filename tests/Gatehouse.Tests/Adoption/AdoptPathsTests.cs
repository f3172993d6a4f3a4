using System.Text.Json;
using Gatehouse.Tests.Binary;
using Gatehouse.Tests.Docker;

namespace Gatehouse.Tests.Adoption;

/// <summary>
/// Adoption of stacks in which models are called by more than a name: nobody is cut off unasked, and what cannot be
/// adopted does not keep the rest from it.
/// </summary>
[Collection(EngineCollection.Name)]
public sealed class AdoptPathsTests(TestEngine engine)
{
    /// <summary>The engine waits twice as long before each start: 12.8 seconds after so many.</summary>
    private const int WaitsLongAfter = 6;

    [Fact]
    public async Task An_app_that_calls_by_more_than_a_name_or_does_not_run_is_adopted_and_the_summary_says_so()
    {
        await using var stack = await AdoptStack.StartBareAsync(engine, "--subnet", "10.99.8.0/24");
        await stack.RunServerAsync("ollama", TestImages.Ollama, "--ip", "10.99.8.10");
        await stack.RunAtAsync(AdoptStack.Network, "gluetun", TestImages.Gluetun, [], "sleep", "100000");
        await stack.RunAtAsync($"container:{AdoptStack.Name("gluetun")}", "open-webui", TestImages.OpenWebUi,
            ["-e", "OLLAMA_BASE_URL=http://ollama:11434"], AdoptStack.Chat("http://ollama:11434"));
        await stack.RunAppAsync("n8n", TestImages.N8n, "OLLAMA_BASE_URL", "http://10.99.8.10:11434");
        await stack.RunAtAsync(AdoptStack.Network, "paperless-ai", TestImages.PaperlessAi,
            ["-e", "OLLAMA_API_URL=http://ollama:11434", "--restart", "always"], "false");
        await stack.RunAppAsync("karakeep", TestImages.Karakeep, "OLLAMA_BASE_URL", "http://ollama:11434");
        await engine.DockerAsync("stop", "-t", "0", AdoptStack.Name("karakeep"));
        foreach (var app in new[] { "open-webui", "n8n" }) await stack.WaitForCallsAsync(app, 1);
        await UntilAsync(async () => (await engine.InspectAsync(AdoptStack.Name("paperless-ai")))
            .GetProperty("RestartCount").GetInt32() > WaitsLongAfter);

        var adopted = (await stack.AdoptAsync("--yes")).Expect(0).Output;

        Says("5 on record, 3 tried, 2 not running.", adopted);
        Says("through the network of gluetun", adopted);
        Says("callers-of-10.99.8.10", adopted);
        await stack.WaitForCallsAsync("open-webui", 3);
        await stack.WaitForCallsAsync("n8n", 3);
        await engine.DockerAsync("start", AdoptStack.Name("karakeep"));
        await stack.WaitForCallsAsync("karakeep", 3);
        Assert.Equal(["callers-of-10.99.8.10", "karakeep", "open-webui"], await JobsOnRecordAsync(stack));

        (await stack.UndoAsync()).Expect(0);

        foreach (var app in new[] { "open-webui", "n8n", "karakeep" }) await stack.WaitForCallsAsync(app, 3);
        Assert.Equal("10.99.8.10", await AddressAsync("ollama"));
        var left = await engine.DockerAsync("network", "ls", "--format", "{{.Name}}");
        Assert.DoesNotContain("gatehouse", left.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_proxy_for_models_is_adopted_as_a_caller_and_its_own_callers_go_on()
    {
        await using var stack = await AdoptStack.StartBareAsync(engine);
        await stack.RunServerAsync("ollama", TestImages.Ollama);
        // It forwards nothing here; that it is reached, and calls, is what counts.
        await stack.RunAtAsync(AdoptStack.Network, "litellm", TestImages.LiteLlm,
            ["-e", "OLLAMA_API_BASE=http://ollama:11434", "-p", "4000:4000", "--network-alias", "litellm"], "sh", "-c",
            "/gatehouse scripted-model --listen 0.0.0.0:4000 & "
                + AdoptStack.Chat("http://ollama:11434")[2]);
        await stack.RunAppAsync("open-webui", TestImages.OpenWebUi, "OPENAI_API_BASE_URL", "http://litellm:4000");
        await stack.WaitForCallsAsync("litellm", 1);
        await stack.WaitForCallsAsync("open-webui", 1);
        var before = await stack.SnapshotAsync();

        var adopted = (await stack.AdoptAsync("--yes")).Expect(0).Output;

        Says("Left as it was, past the gate (1 path):", adopted);
        Says("open-webui -> litellm", adopted);
        Says("1 path left past the gate.", adopted);
        await stack.WaitForCallsAsync("litellm", 3);
        await stack.WaitForCallsAsync("open-webui", 3);
        Assert.Equal(["litellm"], await JobsOnRecordAsync(stack));

        (await stack.UndoAsync()).Expect(0);
        await stack.WaitForCallsAsync("litellm", 3);
        Assert.Equal(before, await stack.SnapshotAsync());
    }

    [Fact]
    public async Task Each_published_port_of_two_servers_leads_to_its_own_also_over_IPv6()
    {
        await using var stack = await AdoptStack.StartBareAsync(engine);
        await stack.RunServerAsync("ollama", TestImages.Ollama, "-p", "127.0.0.1:11434:11434");
        await stack.RunServerAsync("ollama-gpu", TestImages.OllamaRocm, "-p", "11435:11434");
        await stack.RunAppAsync("open-webui", TestImages.OpenWebUi, "OLLAMA_BASE_URL", "http://ollama:11434");
        await stack.RunAppAsync("n8n", TestImages.N8n, "OLLAMA_HOST", "http://ollama-gpu:11434");
        await stack.WaitForCallsAsync("open-webui", 1);
        await stack.WaitForCallsAsync("n8n", 1);
        var before = await stack.SnapshotAsync();

        (await stack.AdoptAsync("--yes")).Expect(0);

        string[] ports = ["127.0.0.1:11434", "127.0.0.1:11435", "[::1]:11435"];
        foreach (var port in ports)
        {
            var answer = (await engine.OnHostAsync(
                "curl", "-sS", "-i", "-m", "5", "-d", """{"model":"llama3.2:3b","prompt":"x","stream":false}""",
                $"http://{port}/api/generate")).Output;
            Assert.Contains(
                $"X-Gatehouse-Job: callers-of-port-{port[^5..]}", answer, StringComparison.OrdinalIgnoreCase);
            Assert.Contains("HTTP/1.1 200", answer, StringComparison.Ordinal);
        }
        await stack.WaitForCallsAsync("open-webui", 1);
        await stack.WaitForCallsAsync("n8n", 1);
        var shown = (await stack.GatehouseAsync("ledger", "show", "--home", stack.Home, "--json")).Expect(0);
        foreach (var (job, model) in new[]
        {
            ("callers-of-port-11434", "ollama"), ("callers-of-port-11435", "ollama-gpu"), ("open-webui", "ollama"),
            ("n8n", "ollama-gpu"),
        })
        {
            var models = shown.Lines.Select(static line => JsonDocument.Parse(line).RootElement)
                .Where(entry => entry.TryGetProperty("job", out var its) && its.GetString() == job)
                .Select(static entry => entry.GetRawText()).ToArray();
            Assert.NotEmpty(models);
            Assert.All(models, entry => Says($"\"model\":\"{model}/", entry));
        }

        (await stack.UndoAsync()).Expect(0);
        Assert.Equal(before, await stack.SnapshotAsync());
    }

    [Fact]
    public async Task A_linked_app_and_a_proxy_by_labels_go_on_past_the_gate_while_the_rest_is_adopted()
    {
        await using var stack = await AdoptStack.StartBareAsync(engine);
        await engine.DockerAsync("network", "create", "edge");
        await stack.RunServerAsync("ollama", TestImages.Ollama, "--label", "traefik.enable=true", "--label",
            "traefik.http.services.ollama.loadbalancer.server.port=11434");
        await engine.DockerAsync("network", "connect", "edge", AdoptStack.Name("ollama"));
        await engine.DockerAsync("network", "connect", "bridge", AdoptStack.Name("ollama"));
        await stack.RunAtAsync("edge", "traefik", TestImages.Traefik, [], "sleep", "100000");
        await stack.RunAtAsync("bridge", "open-webui", TestImages.OpenWebUi,
            ["-e", "OLLAMA_BASE_URL=http://llm:11434", "--link", $"{AdoptStack.Name("ollama")}:llm"],
            AdoptStack.Chat("http://llm:11434"));
        await stack.RunAppAsync("n8n", TestImages.N8n, "OLLAMA_HOST", "http://ollama:11434");
        await stack.WaitForCallsAsync("open-webui", 1);
        await stack.WaitForCallsAsync("n8n", 1);
        var edge = await AddressAsync("ollama", "edge");

        var adopted = (await stack.AdoptAsync("--yes")).Expect(0).Output;

        Says("2 paths left past the gate.", adopted);
        await stack.WaitForCallsAsync("n8n", 3);
        await stack.WaitForCallsAsync("open-webui", 3);
        Assert.Equal(["n8n"], await JobsOnRecordAsync(stack));
        // Whichever of its networks the proxy takes the server's address from.
        var inside = await AddressAsync("ollama", "gatehouse-model-ollama");
        foreach (var address in new[] { edge, inside })
        {
            Assert.Contains("HTTP/1.1 200", await stack.GetFromAsync("traefik", $"http://{address}:11434/api/tags"),
                StringComparison.Ordinal);
        }
        await engine.DockerAsync("restart", "-t", "0", AdoptStack.Name("open-webui"));
        await stack.WaitForCallsAsync("open-webui", 3);

        (await stack.UndoAsync()).Expect(0);

        Assert.Equal(edge, await AddressAsync("ollama", "edge"));
        await stack.WaitForCallsAsync("n8n", 3);
        await stack.WaitForCallsAsync("open-webui", 3);
        var left = await engine.DockerAsync("network", "ls", "--format", "{{.Name}}");
        Assert.DoesNotContain("gatehouse", left.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_app_that_cannot_call_any_more_fails_the_adoption_and_all_is_as_before()
    {
        await using var stack = await AdoptStack.StartSmallAsync(engine);
        var before = await stack.SnapshotAsync();
        // A firewall of its own, as a VPN's container has: it lets out what was there when it started.
        var process = (await engine.InspectAsync(AdoptStack.Name(AdoptStack.SmallApp))).GetProperty("State")
            .GetProperty("Pid").GetInt32();
        string[] rule = ["iptables", "-A", "OUTPUT", "-d", "10.214.0.0/16", "-j", "DROP"];
        (await Child.RunAsync("nsenter", [$"--net=/proc/{process}/ns/net", .. rule])).Expect(0);

        var failed = await stack.AdoptAsync("--yes");

        Assert.Equal(1, failed.Exit);
        Assert.Contains($"From inside {AdoptStack.Name(AdoptStack.SmallApp)}: ollama:11434 cannot be reached",
            failed.Output + failed.Errors, StringComparison.Ordinal);
        Assert.Equal(before, await stack.SnapshotAsync());
        await stack.WaitForCallsAsync(AdoptStack.SmallApp, 3);
    }

    /// <summary>Shows all that was said where it was not said.</summary>
    private static void Says(string wanted, string text)
        => Assert.True(text.Contains(wanted, StringComparison.Ordinal), text);

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        for (var looks = 0; looks < 600; looks++)
        {
            if (await holds()) return;
            await Task.Delay(100);
        }
        Assert.Fail("It did not come to that in a minute.");
    }

    private async Task<string> AddressAsync(string service, string network = AdoptStack.Network)
        => (await engine.InspectAsync(AdoptStack.Name(service))).GetProperty("NetworkSettings").GetProperty("Networks")
            .GetProperty(network).GetProperty("IPAddress").GetString()!;

    private static async Task<string[]> JobsOnRecordAsync(AdoptStack stack)
    {
        var shown = (await stack.GatehouseAsync("ledger", "show", "--home", stack.Home, "--json")).Expect(0);
        return [.. shown.Lines.Select(static line => JsonDocument.Parse(line).RootElement)
            .Where(static entry => entry.GetProperty("kind").GetString() == "exchange")
            .Select(static entry => entry.GetProperty("job").GetString()!).Distinct().Order(StringComparer.Ordinal)];
    }
}
