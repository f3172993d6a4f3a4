namespace Gatehouse.Tests.Binary;

/// <summary>
/// A job that is known by the address it calls. Linux takes a packet for any local address on any interface, so a
/// listener's address alone proves nothing: this is the experiment that shows it, and that the gate is not fooled.
/// </summary>
[Collection(BinaryCollection.Name)]
public sealed class NetworkIdentityTests
{
    private const string Estate = """
        estate: 1
        name: test
        node: stage
        listen: { gate: "127.0.0.1:0", control: "127.0.0.1:0" }
        models:
          gpt: { provider: openai, url: "unix:{home}/model.sock", name: gpt-4o-mini }
        jobs:
          alpha: { owner: ops, model: gpt, source: { kind: prompt }, sink: none, listen: "10.199.1.1:8500" }
          beta:  { owner: ops, model: gpt, source: { kind: prompt }, sink: none, listen: "10.199.2.1:8500" }
        """;

    [Fact]
    public async Task A_client_on_another_network_is_not_answered_as_the_job_whose_address_it_reached_by_a_route()
    {
        await using var networks = await PrivateNetworks.CreateAsync();
        using var home = BinaryHome.Create("", Estate);
        await using var model = await BinaryModel.StartAsync("unix:" + home.PathOf("model.sock"));
        await using var gate = await BinaryGate.StartAsync(home, Child.Start("ip",
            PrivateNetworks.In(networks.Gate, GateBinary.Path, "serve", "--home", home.HomePath)));

        Assert.Equal("200", await PrivateNetworks.PostAsync(networks.ClientOnA, PrivateNetworks.GateOnA + ":8500"));
        Assert.Equal("200", await PrivateNetworks.PostAsync(networks.ClientOnB, PrivateNetworks.GateOnB + ":8500"));
        Assert.Equal(["alpha", "beta"], await JobsAsync(home));

        await networks.RouteFromAToBAsync();
        await AssertReachesPlainListenerAsync(networks);
        var answer = await PrivateNetworks.PostAsync(networks.ClientOnA, PrivateNetworks.GateOnB + ":8500");
        Assert.Contains(answer, new[] { "ECONNREFUSED", "timeout" });
        Assert.Equal(["alpha", "beta"], await JobsAsync(home));
    }

    /// <summary>The route works: a server that is only bound to the address answers the wrong network.</summary>
    private static async Task AssertReachesPlainListenerAsync(PrivateNetworks networks)
    {
        const string server = """
            const server = require('http').createServer((_, answer) => answer.end());
            server.listen(8600, process.argv[1], () => console.error('ready'));
            """;
        await using var plain = Child.Start("ip",
            PrivateNetworks.In(networks.Gate, "node", "-e", server, PrivateNetworks.GateOnB));
        await plain.WaitForErrorsAsync(new("ready"));
        Assert.Equal("200", await PrivateNetworks.PostAsync(networks.ClientOnA, PrivateNetworks.GateOnB + ":8600"));
    }

    private static async Task<IReadOnlyList<string>> JobsAsync(BinaryHome home) =>
    [
        .. (await home.ShowAsync()).Where(line => line.GetProperty("kind").GetString() == "exchange")
            .Select(line => line.GetProperty("job").GetString()!),
    ];
}
