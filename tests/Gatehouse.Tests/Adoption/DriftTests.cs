using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Gatehouse.Tests.Binary;
using Gatehouse.Tests.Docker;

namespace Gatehouse.Tests.Adoption;

/// <summary>
/// What people and their tools do to an adopted host: it is noticed, said, and brought back by <c>adopt</c>.
/// </summary>
[Collection(EngineCollection.Name)]
public sealed partial class DriftTests(TestEngine engine)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>
    /// Before it starts a container, Compose 1 connects it to each network of its file, with the service as an alias.
    /// </summary>
    [Fact]
    public async Task A_model_that_Compose_1_stopped_and_started_is_noticed_everywhere_and_adopt_puts_it_back()
    {
        await using var stack = await AdoptStack.StartAsync(engine);
        var before = await PlacesAsync(stack);
        (await stack.AdoptAsync("--yes")).Expect(0);
        Assert.DoesNotContain(
            "Changed since", (await stack.DiscoverAsync()).Expect(0).Output, StringComparison.Ordinal);
        var adopted = await PlacesAsync(stack);
        await engine.DockerAsync("stop", "-t", "1", AdoptStack.Name("ollama"));
        await engine.DockerAsync(
            "network", "connect", "--alias", "ollama", AdoptStack.Network, AdoptStack.Name("ollama"));
        await engine.DockerAsync("start", AdoptStack.Name("ollama"));
        Assert.DoesNotContain(
            "X-Gatehouse", await stack.GetFromAsync("db", "http://ollama:11434/api/tags"),
            StringComparison.OrdinalIgnoreCase);

        var sentence = $"ollama is beside the gate again, in {AdoptStack.Network}";
        Assert.Contains(sentence, Flat((await stack.DiscoverAsync()).Expect(0).Output), StringComparison.Ordinal);
        Assert.Contains(
            sentence, (await stack.DiscoverAsync("--json")).Expect(0).Lines.Single(
                static line => line.Contains("\"kind\":\"changed\"", StringComparison.Ordinal)),
            StringComparison.Ordinal);
        var next = await stack.GatehouseAsync("next", "--docker", engine.SocketPath, "--home", stack.Home);
        Assert.Contains("Bring back what was adopted.", Flat(next.Output), StringComparison.Ordinal);

        var again = (await stack.AdoptAsync("--yes")).Expect(0);

        Assert.Contains(sentence, Flat(again.Output), StringComparison.Ordinal);
        Assert.Equal(adopted, await PlacesAsync(stack));
        Assert.DoesNotContain(
            "HTTP/1.1", await stack.GetFromAsync("db", "http://ollama:11434/api/tags"), StringComparison.Ordinal);
        foreach (var app in AdoptStack.Apps) await stack.WaitForCallsAsync(app, 3);

        (await stack.UndoAsync()).Expect(0);

        Assert.Equal(before, await PlacesAsync(stack));
    }

    /// <summary>Not its networks, nor the port that the model had, nor the gate's own connections.</summary>
    [Theory]
    [InlineData("")]
    [InlineData("0.0.0.0:11434:11434")]
    public async Task Discovery_is_silent_about_what_the_adoption_made(string publish)
    {
        await using var stack = await AdoptStack.StartAsync(engine, publish);
        (await stack.AdoptAsync("--yes")).Expect(0);
        foreach (var app in AdoptStack.Apps) await stack.WaitForCallsAsync(app, 3);

        var found = (await stack.DiscoverAsync("--json")).Expect(0).Lines
            .Select(static line => JsonDocument.Parse(line).RootElement).ToArray();

        // Other programs of the machine that runs this test do not belong to this installation.
        Assert.DoesNotContain(found, static one => Kind(one) == "bypass" && Name(one) is "ollama" or "gatehouse");
        Assert.DoesNotContain(found, static one => Kind(one) == "changed");
        Assert.DoesNotContain(
            found, static one => Kind(one) == "job" && one.GetProperty("estate").GetString() == "missing");
        var server = Assert.Single(found, static one => Kind(one) == "server" && Name(one) == "ollama");
        Assert.Equal("known", server.GetProperty("estate").GetString());
        Assert.DoesNotContain("0.0.0.0", server.GetProperty("addresses").GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_whose_port_the_gate_has_by_now_is_started_again_behind_it()
    {
        await using var stack = await AdoptStack.StartSmallAsync(engine);
        (await stack.AdoptAsync("--yes")).Expect(0);
        var adopted = await PlacesAsync(stack);
        await engine.DockerAsync("stop", "-t", "1", AdoptStack.Name("ollama"));
        await engine.DockerAsync("network", "connect", "--alias", "ollama", "--ip", "10.99.7.77", AdoptStack.Network,
            AdoptStack.Name("ollama"));
        Assert.NotEqual(0, (await engine.TryDockerAsync("start", AdoptStack.Name("ollama"))).Exit);

        var found = Flat((await stack.DiscoverAsync()).Expect(0).Output);
        Assert.Contains("ollama does not run, and cannot start there: the gate has its port 11434", found,
            StringComparison.Ordinal);

        (await stack.AdoptAsync("--yes")).Expect(0);

        await stack.WaitForCallsAsync(AdoptStack.SmallApp, 3);
        Assert.Equal(adopted, await PlacesAsync(stack));
    }

    [Fact]
    public async Task Restarts_of_the_model_an_app_and_the_gate_change_nothing()
    {
        await using var stack = await AdoptStack.StartSmallAsync(engine);
        (await stack.AdoptAsync("--yes")).Expect(0);
        var adopted = await PlacesAsync(stack);

        foreach (var name in new[] { AdoptStack.Name("ollama"), AdoptStack.Name(AdoptStack.SmallApp), "gatehouse" })
        {
            await engine.DockerAsync("restart", "-t", "1", name);
            await engine.DockerAsync("stop", "-t", "1", name);
            await engine.DockerAsync("start", name);
        }

        await stack.WaitForCallsAsync(AdoptStack.SmallApp, 3);
        Assert.Equal(adopted, await PlacesAsync(stack));
        Assert.DoesNotContain(
            "Changed since", (await stack.DiscoverAsync()).Expect(0).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_app_that_was_made_anew_without_its_network_is_led_to_the_gate_again()
    {
        await using var stack = await AdoptStack.StartSmallAsync(engine);
        (await stack.AdoptAsync("--yes")).Expect(0);
        await engine.DockerAsync("rm", "-f", AdoptStack.Name(AdoptStack.SmallApp));
        await stack.RunOpenWebUiAsync();
        Assert.Contains(
            "is no longer in the network of its job open-webui", Flat((await stack.DiscoverAsync()).Output),
            StringComparison.Ordinal);

        (await stack.AdoptAsync("--yes")).Expect(0);

        await stack.WaitForCallsAsync(AdoptStack.SmallApp, 3);
        (await stack.UndoAsync()).Expect(0);
        await stack.WaitForCallsAsync(AdoptStack.SmallApp, 3);
    }

    [Fact]
    public async Task A_gate_and_an_app_that_somebody_took_out_are_brought_back()
    {
        await using var stack = await AdoptStack.StartSmallAsync(engine);
        (await stack.AdoptAsync("--yes")).Expect(0);
        var adopted = await PlacesAsync(stack);
        await engine.DockerAsync("stop", "-t", "5", "gatehouse");
        await engine.DockerAsync(
            "network", "disconnect", "gatehouse-app-open-webui", AdoptStack.Name(AdoptStack.SmallApp));

        var found = Flat((await stack.DiscoverAsync()).Expect(0).Output);
        Assert.Contains("The gate's container gatehouse does not run", found, StringComparison.Ordinal);
        Assert.Contains("is no longer in the network of its job open-webui", found, StringComparison.Ordinal);

        (await stack.AdoptAsync("--yes")).Expect(0);

        await stack.WaitForCallsAsync(AdoptStack.SmallApp, 3);
        Assert.Equal(adopted, await PlacesAsync(stack));
    }

    [Fact]
    public async Task The_watch_tells_the_gate_whose_page_and_record_say_it()
    {
        await using var stack = await AdoptStack.StartAsync(engine);
        (await stack.AdoptAsync("--yes")).Expect(0);
        await using var watch = stack.StartAdopt("", "--watch");
        await engine.DockerAsync(
            "network", "connect", "--alias", "ollama", AdoptStack.Network, AdoptStack.Name("ollama"));

        await WaitForReadyAsync("adoption: ollama is beside the gate again, in lab_default");
        Assert.Contains("is beside the gate again", await InGateAsync("healthcheck"), StringComparison.Ordinal);
        // It is noticed while it is watched, so it is put back beside the watch.
        (await stack.AdoptAsync("--yes")).Expect(0);
        await WaitForReadyAsync(null);

        watch.Signal(Signals.Terminate);
        (await watch.EndAsync()).Expect(0);
        var acts = (await stack.GatehouseAsync("ledger", "show", "--home", stack.Home, "--json")).Expect(0).Output;
        Assert.Contains("adoption.changed", acts, StringComparison.Ordinal);
        Assert.Contains("adopt.fix", acts, StringComparison.Ordinal);
        Assert.Contains("adoption.restored", acts, StringComparison.Ordinal);
    }

    /// <summary>Waits until the gate says it on its control address; null for nothing of the adoption.</summary>
    private async Task WaitForReadyAsync(string? sentence)
    {
        var text = "";
        for (var looks = 0; looks < 120; looks++)
        {
            text = await InGateAsync("healthcheck");
            if (sentence is null ? text.Trim() == "ready" : text.Contains(sentence, StringComparison.Ordinal)) return;
            await Task.Delay(500, Stop);
        }
        Assert.Fail(text);
    }

    /// <summary>
    /// Networks, firewall, files, and where each container stands; not its process, which is another after a start.
    /// </summary>
    private static async Task<string> PlacesAsync(AdoptStack stack)
    {
        var all = JsonNode.Parse(await stack.SnapshotAsync())!.AsObject();
        foreach (var (name, value) in all.ToArray())
        {
            if (name.StartsWith("container ", StringComparison.Ordinal))
                all[name] = value!["NetworkSettings"]!["Networks"]!.DeepClone();
        }
        return all.ToJsonString(new JsonSerializerOptions { WriteIndented = true });
    }

    private async Task<string> InGateAsync(string verb)
        => (await engine.DockerAsync("exec", "gatehouse", "/gatehouse", verb, "--home", "/data")).Output;

    private static string? Kind(JsonElement discovered) => discovered.GetProperty("kind").GetString();

    private static string? Name(JsonElement discovered) => discovered.GetProperty("name").GetString();

    private static string Flat(string text) => Spaces().Replace(text, " ");

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
