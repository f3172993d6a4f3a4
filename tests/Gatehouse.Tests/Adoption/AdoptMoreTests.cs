using System.Text.RegularExpressions;
using Gatehouse.Actions;
using Gatehouse.Tests.Binary;
using Gatehouse.Tests.Docker;

namespace Gatehouse.Tests.Adoption;

/// <summary>
/// Adoption of an installation that is not as it comes out of the box: declared, grown later, with two models.
/// </summary>
[Collection(EngineCollection.Name)]
public sealed class AdoptMoreTests(TestEngine engine)
{
    [Fact]
    public async Task An_estate_that_discovery_wrote_down_already_is_adopted_and_undo_gives_the_file_back()
    {
        await using var stack = await AdoptStack.StartAsync(engine, "127.0.0.1:11434:11434");
        await WriteDownAsync(stack);
        var estate = Path.Combine(stack.Home, "gatehouse.yaml");
        var written = await File.ReadAllTextAsync(estate, TestContext.Current.CancellationToken);
        Assert.Contains("  open-webui:\n", written, StringComparison.Ordinal);
        var before = await stack.SnapshotAsync();

        (await stack.AdoptAsync("--yes")).Expect(0);

        foreach (var app in AdoptStack.Apps) await stack.WaitForCallsAsync(app, 3);
        Assert.Equal(
            ["callers-of-port-11434", .. AdoptStack.Apps], (await JobsAsync(stack)).Order(StringComparer.Ordinal));
        var adopted = await File.ReadAllTextAsync(estate, TestContext.Current.CancellationToken);
        foreach (var line in written.Split('\n').Where(static line => line.Contains('#', StringComparison.Ordinal)))
            Assert.Contains(line, adopted, StringComparison.Ordinal);

        (await stack.UndoAsync()).Expect(0);

        Assert.Equal(written, await File.ReadAllTextAsync(estate, TestContext.Current.CancellationToken));
        Assert.Equal(before, await stack.SnapshotAsync());
    }

    [Fact]
    public async Task An_app_that_came_later_joins_what_stands_and_the_others_do_not_notice()
    {
        await using var stack = await AdoptStack.StartSmallAsync(engine);
        (await stack.AdoptAsync("--yes")).Expect(0);
        await stack.WaitForCallsAsync(AdoptStack.SmallApp, 3);
        await stack.RunN8nAsync();
        var before = await stack.SnapshotAsync();
        var (_, failed) = await stack.CallsAsync(AdoptStack.SmallApp);

        var again = (await stack.AdoptAsync("--yes")).Expect(0);

        await stack.WaitForCallsAsync("n8n", 3);
        await stack.WaitForCallsAsync(AdoptStack.SmallApp, 3);
        Assert.Equal(failed, (await stack.CallsAsync(AdoptStack.SmallApp)).Bad);
        Assert.Contains("n8n", again.Output, StringComparison.Ordinal);
        Assert.Equal(["callers-of-port-11434", "n8n", "open-webui"], await JobsAsync(stack));
        Assert.Contains("There is nothing more to adopt", (await stack.AdoptAsync("--yes")).Output,
            StringComparison.Ordinal);
        Assert.NotEqual(before, await stack.SnapshotAsync());

        (await stack.UndoAsync()).Expect(0);

        await stack.WaitForCallsAsync("n8n", 3);
        await stack.WaitForCallsAsync(AdoptStack.SmallApp, 3);
        var left = await engine.DockerAsync("network", "ls", "--format", "{{.Name}}");
        Assert.DoesNotContain("gatehouse", left.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_job_that_is_added_and_fails_leaves_what_stood()
    {
        await using var stack = await AdoptStack.StartSmallAsync(engine);
        (await stack.AdoptAsync("--yes")).Expect(0);
        await stack.RunN8nAsync();
        var before = await stack.SnapshotAsync();
        using var client = await Gatehouse.Docker.EngineClient.ConnectAsync(
            stack.Engine, TestContext.Current.CancellationToken);
        var last =
            (await stack.Verb(client).ProposeAsync([], TestContext.Current.CancellationToken)).Steps.Length - 1;
        var verb = stack.Verb(client, new CrashingSteps { FailAt = last });

        Assert.False(await verb.DoAsync(await verb.ProposeAsync([], TestContext.Current.CancellationToken),
            TestContext.Current.CancellationToken));

        Assert.Equal(before, await stack.SnapshotAsync());
        await stack.WaitForCallsAsync(AdoptStack.SmallApp, 3);
    }

    [Fact]
    public async Task An_app_that_uses_two_model_servers_goes_on_calling_both()
    {
        await using var stack = await AdoptStack.StartSmallAsync(engine);
        await stack.RunSecondModelAsync();

        (await stack.AdoptAsync("--yes")).Expect(0);

        await stack.WaitForCallsAsync(AdoptStack.SmallApp, 3);
        var second = await stack.GetFromAsync(AdoptStack.SmallApp, "http://llama-cpp:8080/v1/models");
        Assert.Contains("X-Gatehouse-Job: open-webui", second, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("HTTP/1.1 200", second, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_stop_button_reaches_the_adopted_gate_from_the_host()
    {
        await using var stack = await AdoptStack.StartSmallAsync(engine);
        (await stack.AdoptAsync("--yes")).Expect(0);

        (await stack.GatehouseAsync("pause", AdoptStack.SmallApp, "--home", stack.Home)).Expect(0);

        var refused = await stack.GetFromAsync(AdoptStack.SmallApp, "http://ollama:11434/api/tags");
        Assert.Contains("pause", refused, StringComparison.OrdinalIgnoreCase);
        (await stack.GatehouseAsync("resume", AdoptStack.SmallApp, "--home", stack.Home)).Expect(0);
        await stack.WaitForCallsAsync(AdoptStack.SmallApp, 3);
        var acts = (await stack.GatehouseAsync("ledger", "show", "--home", stack.Home, "--json")).Expect(0);
        Assert.Contains("adoption", acts.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_gate_of_an_adopted_installation_is_used_from_the_host_without_an_option()
    {
        await using var stack = await AdoptStack.StartSmallAsync(engine);
        (await stack.AdoptAsync("--yes")).Expect(0);

        var ready = (await stack.GatehouseAsync("healthcheck", "--home", stack.Home)).Expect(0);
        Assert.StartsWith("ready", ready.Output, StringComparison.Ordinal);
        var child = (await stack.GatehouseAsync("exec", "--home", stack.Home, "--job", AdoptStack.SmallApp, "--", "sh",
            "-c", "curl -sS -i -m 5 -H \"Authorization: Bearer $OPENAI_API_KEY\" $OPENAI_BASE_URL/models")).Expect(0);
        Assert.True(
            child.Output.Contains($"X-Gatehouse-Job: {AdoptStack.SmallApp}", StringComparison.OrdinalIgnoreCase)
                && child.Output.Contains("HTTP/1.1 200", StringComparison.Ordinal), child.Output + child.Errors);
        var token = (await stack.GatehouseAsync("token", "issue", "--home", stack.Home, "--job", AdoptStack.SmallApp))
            .Expect(0).Output.Trim();
        // The port of the host is everybody's, and a token tells who it is.
        var named = (await engine.OnHostAsync("curl", "-sS", "-i", "-m", "5", "-H", $"Authorization: Bearer {token}",
            "http://127.0.0.1:11434/api/tags")).Output;
        Assert.Contains($"X-Gatehouse-Job: {AdoptStack.SmallApp}", named, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Connect_tells_the_address_of_an_adopted_app_and_the_option_for_any_other_program()
    {
        await using var stack = await AdoptStack.StartSmallAsync(engine);
        (await stack.AdoptAsync("--yes")).Expect(0);

        var adopted = (await ConnectAsync(stack, AdoptStack.SmallApp, "--no-wait")).Expect(0).Output;
        Assert.Contains($"This address is {AdoptStack.SmallApp}'s own", adopted, StringComparison.Ordinal);
        var port = Regex.Match(adopted, @"http://([0-9.]+):11434").Groups[1].Value;
        Assert.Contains($"X-Gatehouse-Job: {AdoptStack.SmallApp}",
            await stack.GetFromAsync(AdoptStack.SmallApp, $"http://{port}:11434/api/tags"),
            StringComparison.OrdinalIgnoreCase);

        await File.AppendAllTextAsync(Path.Combine(stack.Home, "gatehouse.yaml"),
            "  coder: { owner: me, model: ollama, source: { kind: prompt }, sink: none }\n",
            TestContext.Current.CancellationToken);
        (await stack.GatehouseAsync("reload", "--home", stack.Home)).Expect(0);
        var other = (await ConnectAsync(stack, "coder", "--no-wait")).Expect(0).Output;
        Assert.Contains("http://gatehouse:8420", other, StringComparison.Ordinal);
        Assert.Contains("docker network connect bridge gatehouse", other, StringComparison.Ordinal);
        Assert.Contains("--address", other, StringComparison.Ordinal);

        // What that advice leads to, with the port of the host: the first call is seen.
        var token = (await stack.GatehouseAsync("token", "issue", "--home", stack.Home, "--job", "coder"))
            .Expect(0).Output.Trim();
        var waiting = ConnectAsync(stack, "coder", "--address", "http://127.0.0.1:11434", "--wait", "40s");
        for (var i = 0; i < 40 && !waiting.IsCompleted; i++)
        {
            await engine.OnHostAsync("curl", "-sS", "-m", "5", "-H", $"Authorization: Bearer {token}", "-d",
                """{"model":"llama3.2:3b","prompt":"x","stream":false}""", "http://127.0.0.1:11434/api/generate");
            await Task.Delay(250, TestContext.Current.CancellationToken);
        }
        Assert.Contains("connected: ", (await waiting).Expect(0).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Exec_starts_nothing_where_this_host_reaches_no_address_of_the_gate_and_says_what_to_do()
    {
        await using var stack = await AdoptStack.StartSmallAsync(engine);
        (await stack.AdoptAsync("--yes")).Expect(0);
        string[] rule = ["OUTPUT", "-p", "tcp", "--dport", "8420", "-j", "DROP"];
        await engine.OnHostAsync("iptables", ["-A", .. rule]);
        try
        {
            var marker = Path.Combine(stack.Folder, "started");
            var ended = (await stack.GatehouseAsync("exec", "--home", stack.Home, "--job", AdoptStack.SmallApp, "--",
                "touch", marker)).Expect(ExitCodes.Unavailable);
            Assert.Contains("docker network connect bridge gatehouse", ended.Errors, StringComparison.Ordinal);
            Assert.Contains("The command was not started", ended.Errors, StringComparison.Ordinal);
            Assert.False(File.Exists(marker));
        }
        finally
        {
            await engine.OnHostAsync("iptables", ["-D", .. rule]);
        }
    }

    private static Task<Ended> ConnectAsync(AdoptStack stack, string job, params string[] options)
        => stack.GatehouseAsync(["connect", "claude-code", "--job", job, "--home", stack.Home, .. options]);

    private static async Task WriteDownAsync(AdoptStack stack)
        => (await stack.DiscoverAsync("--write")).Expect(0);

    private static async Task<string[]> JobsAsync(AdoptStack stack)
    {
        var jobs = (await stack.GatehouseAsync("jobs", "--home", stack.Home, "--json")).Expect(0);
        return [.. jobs.Lines.Select(static line => System.Text.Json.JsonDocument.Parse(line).RootElement)
            .Where(static line => line.GetProperty("kind").GetString() == "job")
            .Select(static line => line.GetProperty("job").GetString()!).Order(StringComparer.Ordinal)];
    }
}
