using System.Text.Json;
using Gatehouse.Core.Compose;
using Gatehouse.Tests.Docker;

namespace Gatehouse.Tests.Adoption;

/// <summary>`gatehouse adopt` and its undo, by the native binary, on a real engine.</summary>
[Collection(EngineCollection.Name)]
public sealed class AdoptTests(TestEngine engine)
{
    /// <summary>
    /// The kernel asks for a neighbour again after so long; without the model's greeting every app waits for that.
    /// </summary>
    private const int GapMillisecondsMax = 1_000;

    [Fact]
    public async Task Adopting_a_stack_puts_every_app_on_record_as_its_own_job_and_undo_restores_all()
    {
        await using var stack = await AdoptStack.StartAsync(engine);
        var before = await stack.SnapshotAsync();

        var adopted = (await stack.AdoptAsync("--yes")).Expect(0);

        foreach (var app in AdoptStack.Apps) await stack.WaitForCallsAsync(app, 3);
        var jobs = await JobsOnRecordAsync(stack);
        Assert.Equal(AdoptStack.Apps, jobs.Order(StringComparer.Ordinal));
        Assert.Contains("gatehouse adopt --undo", adopted.Output, StringComparison.Ordinal);
        await GateIsConfinedAsync(stack);
        await ComposeFilesSayWhatStandsAsync(stack);

        (await stack.UndoAsync()).Expect(0);

        foreach (var app in AdoptStack.Apps) await stack.WaitForCallsAsync(app, 3);
        Assert.Equal(before, await stack.SnapshotAsync());
    }

    [Fact]
    public async Task A_port_of_the_host_that_a_model_had_leads_to_the_gate_and_back_after_undo()
    {
        await using var stack = await AdoptStack.StartAsync(engine, "127.0.0.1:11434:11434");
        var before = await stack.SnapshotAsync();

        (await stack.AdoptAsync("--yes")).Expect(0);

        var answer = await OverHostPortAsync();
        var gaps = new List<double>();
        foreach (var app in AdoptStack.Apps)
        {
            await stack.WaitForCallsAsync(app, 1);
            gaps.Add(await stack.LongestGapAsync(app));
        }
        // One app may be late because the machine is busy with other tests; not all of them.
        Assert.InRange(gaps.Min(), 0, GapMillisecondsMax);
        Assert.Contains("X-Gatehouse-Job: callers-of-port-11434", answer, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("llama3.2:3b", answer, StringComparison.Ordinal);

        (await stack.UndoAsync()).Expect(0);

        answer = await OverHostPortAsync();
        Assert.DoesNotContain("X-Gatehouse", answer, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("llama3.2:3b", answer, StringComparison.Ordinal);
        Assert.Equal(before, await stack.SnapshotAsync());
    }

    [Fact]
    public async Task Nobody_reaches_the_model_but_the_gate_and_nobody_calls_as_another()
    {
        await using var stack = await AdoptStack.StartAsync(engine);
        var oldAddress = await AddressAsync("ollama", AdoptStack.Network);
        (await stack.AdoptAsync("--yes")).Expect(0);
        var gate = (await engine.InspectAsync("gatehouse")).GetProperty("NetworkSettings").GetProperty("Networks");
        string GateOn(string network) => gate.GetProperty(network).GetProperty("IPAddress").GetString()!;
        var model = await AddressAsync("ollama", "gatehouse-model-ollama");
        const string app = "open-webui";

        // A neighbour in the app's own network namespace who may change its routes: the worst that looks out from
        // there.
        async Task<string> FromAppAsync(string script)
        {
            string[] worst =
                ["run", "--rm", "--cap-add", "NET_ADMIN", "--network", $"container:{AdoptStack.Name(app)}"];
            var ended = await engine.TryDockerAsync([.. worst, TestImages.Ollama, "sh", "-c", script]);
            return ended.Output + ended.Errors;
        }
        const string get = "curl -sS -i -m 2 http://{0}:11434/api/tags 2>&1";
        string Get(string address) => get.Replace("{0}", address, StringComparison.Ordinal);

        Assert.Contains(
            $"X-Gatehouse-Job: {app}", await FromAppAsync(Get("ollama")), StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("HTTP/1.1", await FromAppAsync(Get(oldAddress)), StringComparison.Ordinal);
        Assert.DoesNotContain("HTTP/1.1", await FromAppAsync(Get(model)), StringComparison.Ordinal);
        Assert.DoesNotContain(
            "HTTP/1.1", await FromAppAsync(Get(GateOn("gatehouse-app-n8n"))), StringComparison.Ordinal);

        var route = $"ip route replace 10.214.0.0/24 via {GateOn($"gatehouse-app-{app}")} && ip route get {model} && ";
        foreach (var address in new[] { GateOn("gatehouse-app-n8n"), GateOn("gatehouse-model-ollama"), model })
        {
            var answer = await FromAppAsync(route + Get(address));
            Assert.Contains($"{address} via",
                answer.Replace(model + " via", address + " via", StringComparison.Ordinal), StringComparison.Ordinal);
            Assert.DoesNotContain("HTTP/1.1", answer, StringComparison.Ordinal);
        }

        // A container that stands in none of these networks, and the database, which stood beside the model.
        Assert.DoesNotContain(
            "HTTP/1.1", await stack.GetFromAsync("db", $"http://{model}:11434/"), StringComparison.Ordinal);
        Assert.DoesNotContain(
            "HTTP/1.1", await stack.GetFromAsync("db", "http://ollama:11434/"), StringComparison.Ordinal);
        // The host itself has no address in these networks.
        var host = await engine.OnHostAsync("curl", "-sS", "-i", "-m", "2", $"http://{model}:11434/");
        Assert.DoesNotContain("HTTP/1.1", host.Output, StringComparison.Ordinal);
    }

    private async Task GateIsConfinedAsync(AdoptStack stack)
    {
        var gate = await engine.InspectAsync("gatehouse");
        var host = gate.GetProperty("HostConfig");
        Assert.Equal(
            [$"{stack.Home}:/data"], host.GetProperty("Binds").EnumerateArray().Select(static one => one.GetString()));
        Assert.Equal(["ALL"], host.GetProperty("CapDrop").EnumerateArray().Select(static one => one.GetString()));
        Assert.True(host.GetProperty("ReadonlyRootfs").GetBoolean());
        Assert.False(host.GetProperty("Privileged").GetBoolean());
        Assert.Equal("0", host.GetProperty("Sysctls").GetProperty("net.ipv4.ip_forward").GetString());
        Assert.Equal("65532:65532", gate.GetProperty("Config").GetProperty("User").GetString());
    }

    /// <summary>The project's own file with the override over it, read as the specification says.</summary>
    private async Task ComposeFilesSayWhatStandsAsync(AdoptStack stack)
    {
        string[] files = ["compose.yaml", "compose.override.yaml"];
        var reading = ComposeReader.Read(
            new ComposeRequest
            {
                Files = [.. files.Select(file => Path.Combine(stack.ComposeFolder, file))],
                Name = "lab"
            },
            static path => File.Exists(path) ? File.ReadAllText(path) : null);
        Assert.Empty(reading.Problems);
        foreach (var service in reading.Project!.Services)
        {
            var live = (await engine.InspectAsync(AdoptStack.Name(service.Name))).GetProperty("NetworkSettings")
                .GetProperty("Networks").EnumerateObject().Select(static network => network.Name);
            var said = service.Networks.Select(place => reading.Project.Network(place.Network)?.Name ?? place.Network);
            Assert.Equal(live.Order(StringComparer.Ordinal), said.Order(StringComparer.Ordinal));
        }
    }

    private async Task<string> OverHostPortAsync()
        => (await engine.OnHostAsync("curl", "-sS", "-i", "-m", "5", "http://127.0.0.1:11434/api/tags")).Output;

    private async Task<string> AddressAsync(string service, string network)
        => (await engine.InspectAsync(AdoptStack.Name(service))).GetProperty("NetworkSettings").GetProperty("Networks")
            .GetProperty(network).GetProperty("IPAddress").GetString()!;

    private static async Task<string[]> JobsOnRecordAsync(AdoptStack stack)
    {
        var shown = (await stack.GatehouseAsync("ledger", "show", "--home", stack.Home, "--json")).Expect(0);
        return [.. shown.Lines.Select(static line => JsonDocument.Parse(line).RootElement)
            .Where(static entry => entry.GetProperty("kind").GetString() == "exchange")
            .Select(static entry => entry.GetProperty("job").GetString()!).Distinct()];
    }
}
