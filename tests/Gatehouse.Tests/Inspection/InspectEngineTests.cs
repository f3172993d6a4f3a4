using System.Text.Json;
using Gatehouse.Cli;
using Gatehouse.Tests.Docker;

namespace Gatehouse.Tests.Inspection;

/// <summary>
/// Real containers on a real engine, in the states in which their settings and the truth part; each is made, then
/// inspected by the verb.
/// </summary>
[Collection(EngineCollection.Name)]
public sealed class InspectEngineTests(TestEngine engine) : VerbOnEngine(engine)
{
    private readonly TestEngine _engine = engine;

    [Fact]
    public async Task A_container_made_without_network_and_connected_later_is_found_connected()
    {
        await _engine.DockerAsync("network", "create", "lan");
        await RunAsync("drifter", "--network", "none");
        await _engine.DockerAsync("network", "disconnect", "none", "drifter");
        await _engine.DockerAsync("network", "connect", "lan", "drifter");

        var found = await InspectAsync("drifter");

        Assert.Contains("GH-NET-001", found.Keys);
        Assert.Equal("HostConfig.NetworkMode: none, yet NetworkSettings.Networks: lan", found["GH-NSH-003"]);
    }

    [Fact]
    public async Task The_engines_socket_is_found_under_its_folder()
    {
        var folder = Path.GetDirectoryName(_engine.SocketPath)!;
        await RunAsync("by-file", "-v", $"{_engine.SocketPath}:/x/docker.sock:ro");
        await RunAsync("by-folder", "-v", "/var/run:/host-run:ro");
        await RunAsync("by-nothing", "-v", $"{folder}/config:/config");

        // A socket of another name is not known for what it is; one of the usual places is.
        Assert.DoesNotContain("GH-MNT-001", (await InspectAsync("by-file")).Keys);
        Assert.Contains("which holds /run/docker.sock", (await InspectAsync("by-folder"))["GH-MNT-001"],
            StringComparison.Ordinal);
        Assert.DoesNotContain("GH-MNT-001", (await InspectAsync("by-nothing")).Keys);
    }

    [Fact]
    public async Task A_sharer_is_found_in_its_owners_network_and_lost_when_the_owner_restarts()
    {
        await RunAsync("owner", "--network", "bridge", "--cap-add", "NET_ADMIN");
        await RunAsync("sharer", "--network", "container:owner");

        var before = await InspectAsync("sharer");
        await _engine.DockerAsync("restart", "-t", "0", "owner");
        var after = await InspectAsync("sharer");

        Assert.Contains("owner, in bridge; the owner has NET_ADMIN", before["GH-NSH-001"], StringComparison.Ordinal);
        Assert.Contains("GH-NET-001", before.Keys);
        Assert.DoesNotContain("GH-NSH-002", before.Keys);
        Assert.Contains("but /proc/PID/ns/net is net:[", after["GH-NSH-002"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_on_an_internal_network_is_found_not_to_be_there()
    {
        await _engine.DockerAsync("network", "create", "--internal", "inner");
        await RunAsync("hidden", "--network", "inner", "-p", "18080:80");
        await RunAsync("open", "-p", "18081:80");

        var hidden = await InspectAsync("hidden");
        var open = await InspectAsync("open");

        Assert.Contains("80/tcp", hidden["GH-PRT-003"], StringComparison.Ordinal);
        Assert.DoesNotContain("GH-PRT-001", hidden.Keys);
        Assert.Contains("GH-NET-002", hidden.Keys);
        Assert.Contains("0.0.0.0:18081", open["GH-PRT-001"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_container_that_is_closed_as_far_as_this_engine_can_gives_little()
    {
        await _engine.DockerAsync(
            "network", "create", "--internal", "-o", "com.docker.network.bridge.inhibit_ipv4=true", "shut");
        await RunAsync("closed", "--network", "shut", "--dns", "127.0.0.1", "--user", "1000:1000", "--read-only",
            "--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--cgroupns", "private");

        var found = await InspectAsync("closed");

        // The tests' image has a tag and no health check; limits need control groups that the test host may lack.
        string[] expected = ["GH-IMG-001", "GH-LIM-001", "GH-LIM-002", "GH-LIM-003", "GH-NET-009", "GH-RUN-001"];
        Assert.Empty(found.Keys.Except(expected));
        Assert.Contains("GH-NET-009", found.Keys);
    }

    [Fact]
    public async Task A_privileged_one_in_the_hosts_namespaces_fails_the_run_and_shows_no_secret()
    {
        // Made and not started: a test host in a container of its own may not start it.
        await _engine.DockerAsync("create", "--name", "bad", "--privileged", "--network", "host", "--pid", "host",
            "--restart", "always", "-v", "/:/host",
            "-e", "OPENAI_API_KEY=planted-secret-value", TestImages.Postgres, "sleep", "1");

        var (code, output, _) = await RunVerbAsync("bad", "--fail-on", "critical");
        var found = await InspectAsync("bad");

        Assert.Equal(1, code);
        Assert.DoesNotContain("planted", output, StringComparison.Ordinal);
        string[] expected =
            ["GH-PRV-001", "GH-NET-003", "GH-NSP-001", "GH-MNT-001", "GH-MNT-010", "GH-RUN-002", "GH-SEC-001"];
        Assert.Empty(expected.Except(found.Keys));
        Assert.Equal("Config.Env: OPENAI_API_KEY", found["GH-SEC-001"]);
    }

    [Fact]
    public async Task What_looks_like_AI_is_inspected_and_a_database_only_on_demand()
    {
        await RunAsync("chat", TestImages.OpenWebUi);
        await RunAsync("llm", TestImages.Ollama);
        await RunAsync("db", TestImages.Postgres);

        var some = await RunVerbAsync("--json");
        var all = await RunVerbAsync("--json", "--all");
        var none = await RunVerbAsync("nobody");

        Assert.Equal(["chat", "llm"], SubjectsOf(some.Output));
        Assert.Equal(["chat", "db", "llm"], SubjectsOf(all.Output));
        Assert.Contains("GH-GTE-002", (await InspectAsync("chat")).Keys);
        Assert.Equal(1, none.Code);
        Assert.Contains("Nothing on this host is 'nobody'", none.Errors, StringComparison.Ordinal);
    }

    /// <summary>Starts a sleeping container; an image may be the last of the words.</summary>
    private async Task RunAsync(string name, params string[] words)
    {
        var hasImage = words is [.., var last] && last.Contains(':', StringComparison.Ordinal) && words.Length == 1;
        string[] image = hasImage ? [] : [TestImages.Postgres];
        await _engine.DockerAsync(["run", "-d", "--name", name, .. words, .. image, "sleep", "100000"]);
    }

    private async Task<Dictionary<string, string>> InspectAsync(string name)
    {
        var (code, output, errors) = await RunVerbAsync(name, "--json");
        Assert.True(code == 0, errors);
        var found = new Dictionary<string, string>();
        foreach (var line in output.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            using var json = JsonDocument.Parse(line);
            if (json.RootElement.GetProperty("kind").GetString() != "finding") continue;
            found[json.RootElement.GetProperty("id").GetString()!] =
                json.RootElement.GetProperty("observed").GetString()!;
        }
        return found;
    }

    private static string[] SubjectsOf(string output) =>
        [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Where(static line => line.Contains("\"subject-kind\":\"container\"", StringComparison.Ordinal))
            .Select(static line => JsonDocument.Parse(line).RootElement.GetProperty("subject").GetString()!)
            .Distinct().Order(StringComparer.Ordinal)];

    private Task<(int Code, string Output, string Errors)> RunVerbAsync(params string[] words)
        => RunVerbAsync(InspectCommand.Create(), words);
}
