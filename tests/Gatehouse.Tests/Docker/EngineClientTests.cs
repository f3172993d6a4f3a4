using Gatehouse.Core.Engine;
using Gatehouse.Docker;

namespace Gatehouse.Tests.Docker;

/// <summary>Old and new engines are read alike.</summary>
[Collection(EngineCollection.Name)]
public sealed class EngineClientTests(TestEngine engine)
{
    private const string Id = "4f0c3b2a19887766554433221100ffeeddccbbaa99887766554433221100abcd";

    // The documented shape of API 1.52: no addresses beside Networks, DNSNames, GwPriority, aliases without the id.
    private static readonly string Container = """
        {"Id":"ID_","Name":"/lab-webui-1","Image":"sha256:aa",
         "State":{"Status":"running","Running":true,"Pid":4242,"Health":{"Status":"healthy"}},
         "Config":{"Image":"ghcr.io/open-webui/open-webui:main","User":"1000",
           "Env":["OLLAMA_BASE_URL=http://ollama:11434",
           "WEBUI_SECRET_KEY=do-not-show","DATABASE=postgres://me:pass1@db/x"],"Cmd":["bash","start.sh"],
           "Labels":{"com.docker.compose.project":"lab","com.docker.compose.service":"webui"},
             "ExposedPorts":{"8080/tcp":{}}},
         "HostConfig":{"NetworkMode":"lab_default","PortBindings":{"8080/tcp":[{"HostIp":"","HostPort":"3000"}]},
           "CapDrop":["CAP_NET_RAW"],"SecurityOpt":["no-new-privileges"],"ReadonlyRootfs":true,"PidsLimit":null,
           "DeviceRequests":[{"Driver":"cdi","DeviceIDs":["nvidia.com/gpu=all"],"Capabilities":null}]},
         "Mounts":[{"Type":"volume","Name":"data","Source":"/var/lib/docker/volumes/data/_data","Destination":"/app",
           "RW":true,"Propagation":""}],
         "NetworkSettings":{"SandboxKey":"/var/run/docker/netns/x","Ports":{"8080/tcp":[{"HostIp":"0.0.0.0",
           "HostPort":"3000"},{"HostIp":"::","HostPort":"3000"}]},
           "Networks":{"lab_default":{"IPAMConfig":null,"Links":null,"Aliases":["webui"],"DriverOpts":null,
             "GwPriority":7,
             "NetworkID":"n1","EndpointID":"e1","Gateway":"172.18.0.1","IPAddress":"172.18.0.3",
               "MacAddress":"aa:bb:cc:dd:ee:ff",
             "IPPrefixLen":16,"IPv6Gateway":"","GlobalIPv6Address":"","GlobalIPv6PrefixLen":0,
               "DNSNames":["lab-webui-1","webui","4f0c3b2a1988"]}}}}
        """.Replace("ID_", Id, StringComparison.Ordinal);

    private static readonly (string, string)[] Newest =
    [
        ("/info", """
            {"ServerVersion":"29.0.1","SecurityOptions":["name=seccomp,profile=builtin","name=rootless"],
            "FirewallBackend":{"Driver":"nftables"},"CgroupVersion":"2","DefaultRuntime":"runc",
              "Swarm":{"LocalNodeState":"inactive"}}
            """),
        ("/networks", """
            [{"Name":"lab_default","Id":"n1","Scope":"local","Driver":"bridge","EnableIPv4":true,"EnableIPv6":true,
              "Internal":false,
             "IPAM":{"Config":[{"Subnet":"172.18.0.0/16","Gateway":"172.18.0.1"}]},
             "Options":{"com.docker.network.bridge.name":"br-lab"},"Labels":{}}]
            """),
        ("/containers/json?all=1", $$"""[{"Id":"{{Id}}"},{"Id":"gone"}]"""),
        ($"/containers/{Id}/json", Container),
    ];

    [Fact]
    public async Task An_engine_of_API_1_52_is_read_by_its_networks_alone_and_no_secret_is_kept()
    {
        await using var recorded = await RecordedEngine.StartAsync("1.52", "1.44", Newest);
        using var client = await EngineClient.ConnectAsync(
            EngineAddress.Find(recorded.SocketPath), TestContext.Current.CancellationToken);

        var view = await EngineScan.AllAsync(client, TestContext.Current.CancellationToken);

        var container = Assert.Single(view.Containers);
        var endpoint = Assert.Single(container.Endpoints);
        Assert.Equal(("172.18.0.3", 7, "webui"), (endpoint.Address, endpoint.GatewayPriority, endpoint.Aliases[0]));
        Assert.Equal(
            ["0.0.0.0:3000", ":::3000"], container.Ports.Select(static port => $"{port.HostAddress}:{port.HostPort}"));
        Assert.Equal("nftables", view.Engine.FirewallBackend);
        Assert.True(view.Engine.IsRootless);
        Assert.Equal("br-lab", Assert.Single(view.Networks).BridgeName);
        Assert.Equal(["NET_RAW"], container.Privileges.DroppedCapabilities);
        Assert.Equal(["cdi:nvidia.com/gpu=all"], container.Privileges.DeviceRequests);
        var shown = string.Join('\n', container.Environment);
        Assert.DoesNotContain("do-not-show", shown, StringComparison.Ordinal);
        Assert.DoesNotContain("pass1", shown, StringComparison.Ordinal);
        Assert.Contains("http://ollama:11434", shown, StringComparison.Ordinal);
        Assert.All(recorded.Asked.Skip(1), static path => Assert.StartsWith("/v1.52/", path, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("1.41", "1.12", "1.41")]
    [InlineData("1.47", "1.24", "1.47")]
    [InlineData("1.99", "1.44", "1.52")]
    public async Task The_newest_version_that_both_sides_know_is_spoken(string api, string oldest, string spoken)
    {
        await using var recorded = await RecordedEngine.StartAsync(api, oldest);
        using var client = await EngineClient.ConnectAsync(
            EngineAddress.Find(recorded.SocketPath), TestContext.Current.CancellationToken);
        Assert.Equal(spoken, client.Api.ToString());
    }

    [Theory]
    [InlineData("1.40", "1.12")]
    [InlineData("1.99", "1.53")]
    public async Task An_engine_that_is_too_old_or_too_new_is_refused_with_both_versions(string api, string oldest)
    {
        await using var recorded = await RecordedEngine.StartAsync(api, oldest);
        var error = await Assert.ThrowsAsync<EngineException>(() => EngineClient.ConnectAsync(
            EngineAddress.Find(recorded.SocketPath), TestContext.Current.CancellationToken));
        Assert.Contains(api, error.Message, StringComparison.Ordinal);
        Assert.Contains("1.41 to 1.52", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_no_engine_listens_the_message_says_so_and_what_to_do()
    {
        var error = await Assert.ThrowsAsync<EngineException>(() => EngineClient.ConnectAsync(
            EngineAddress.Find("/nowhere/docker.sock"), TestContext.Current.CancellationToken));
        Assert.Contains("No Docker engine listens at /nowhere/docker.sock", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_live_engine_of_API_1_41_tells_the_same_as_its_own_client()
    {
        engine.Need();
        await engine.ClearAsync();
        await engine.DockerAsync("network", "create", "--internal", "--subnet", "10.99.8.0/24", "quiet");
        await engine.DockerAsync(
            "run", "-d", "--name", "seen", "--network", "quiet", "--ip", "10.99.8.9", "--network-alias", "other",
            "--read-only",
            "--cap-drop", "ALL", "-e", "OPENAI_API_KEY=sk-live-0123456789abcdef0123", TestImages.Ollama, "sleep",
            "1000");
        using var client = await EngineClient.ConnectAsync(
            EngineAddress.Find(engine.SocketPath), TestContext.Current.CancellationToken);

        var view = await EngineScan.AllAsync(client, TestContext.Current.CancellationToken);

        var seen = view.Container("seen")!;
        var inspected = await engine.InspectAsync("seen");
        Assert.Equal(inspected.GetProperty("Id").GetString(), seen.Id);
        Assert.Equal(inspected.GetProperty("State").GetProperty("Pid").GetInt32(), seen.ProcessId);
        Assert.Equal(("10.99.8.9", "10.99.8.9"), (seen.Endpoints[0].Address, seen.Endpoints[0].StaticAddress));
        Assert.Contains("other", seen.Endpoints[0].Aliases);
        Assert.True(view.Network("quiet")!.IsInternal);
        Assert.True(seen.Privileges.HasReadOnlyRoot);
        var key = seen.Environment.Single(static variable => variable.Name == "OPENAI_API_KEY");
        Assert.Equal((true, null), (key.IsSecret, key.Value));
        Assert.Equal(new ApiVersion(1, 41), client.Api);
        await engine.ClearAsync();
    }
}
