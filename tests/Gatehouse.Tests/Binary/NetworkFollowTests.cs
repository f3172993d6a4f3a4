using System.Diagnostics;

namespace Gatehouse.Tests.Binary;

/// <summary>Listeners follow interfaces: containers are put into networks and taken out while the gate runs.</summary>
[Collection(BinaryCollection.Name)]
public sealed class NetworkFollowTests
{
    private const string Estate = """
        estate: 1
        name: test
        node: stage
        listen: { gate: "interfaces:8420", control: "127.0.0.1:0" }
        models:
          gpt: { provider: openai, url: "unix:{home}/model.sock", name: gpt-4o-mini }
        jobs:
          alpha:
            owner: ops
            model: gpt
            source: { kind: prompt }
            sink: none
            listen: ["10.199.1.1:8500", "[fd00:199:1::1]:8500"]
          beta:  { owner: ops, model: gpt, source: { kind: prompt }, sink: none, listen: "10.199.2.1:8500" }
        """;

    /// <summary>
    /// The gate looks every quarter of a second while an address is missing; a loaded machine gets slack.
    /// </summary>
    private static readonly TimeSpan FollowMax = TimeSpan.FromSeconds(3);

    [Fact]
    public async Task A_network_that_comes_later_or_goes_and_comes_again_is_followed_and_nothing_binds_to_everything()
    {
        await using var networks = await PrivateNetworks.CreateAsync();
        await networks.LeaveBAsync();
        using var home = BinaryHome.Create("", Estate);
        await using var model = await BinaryModel.StartAsync("unix:" + home.PathOf("model.sock"));
        await using var gate = await BinaryGate.StartAsync(home, Child.Start("ip",
            PrivateNetworks.In(networks.Gate, GateBinary.Path, "serve", "--home", home.HomePath)));

        await AnswersAsync(networks.ClientOnA, PrivateNetworks.GateOnA + ":8500", "200");
        await AnswersAsync(networks.ClientOnA, $"[{PrivateNetworks.GateOnA6}]:8500", "200");
        // The shared port of the same interface knows nobody by where they call.
        await AnswersAsync(networks.ClientOnA, PrivateNetworks.GateOnA + ":8420", "401");
        await networks.JoinBAsync();
        await AnswersAsync(networks.ClientOnB, PrivateNetworks.GateOnB + ":8500", "200");
        await AnswersAsync(networks.ClientOnB, PrivateNetworks.GateOnB + ":8420", "401");

        // The same name and address, but another interface: a socket bound to the old one would hear nothing.
        await networks.LeaveAAsync();
        await networks.JoinAAsync();
        await AnswersAsync(networks.ClientOnA, PrivateNetworks.GateOnA + ":8500", "200");
        await AnswersAsync(networks.ClientOnA, PrivateNetworks.GateOnA + ":8420", "401");

        var listening = await networks.ListeningAsync();
        Assert.DoesNotContain(listening, address => address.StartsWith("0.0.0.0", StringComparison.Ordinal)
            || address.StartsWith('*') || address.StartsWith("[::]", StringComparison.Ordinal));
        Assert.Contains("127.0.0.1:8420", listening);
        Assert.Contains(listening, address => address.StartsWith("10.199.1.1%neta:8420", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_log_names_the_addresses_that_others_need_with_interface_and_job()
    {
        await using var networks = await PrivateNetworks.CreateAsync();
        using var home = BinaryHome.Create("", Estate);
        await using var gate = await BinaryGate.StartAsync(home, Child.Start("ip",
            PrivateNetworks.In(networks.Gate, GateBinary.Path, "serve", "--home", home.HomePath)));

        await gate.Child.WaitForErrorsAsync(
            new(@"Calls to http://10\.199\.2\.1:8500 \(interface netb\) are job beta's\."));
        await gate.Child.WaitForErrorsAsync(
            new(@"Jobs with a token call http://10\.199\.1\.1:8420 \(interface neta\)"));
    }

    private static async Task AnswersAsync(string space, string address, string status)
    {
        var clock = Stopwatch.StartNew();
        var answer = await PrivateNetworks.PostAsync(space, address);
        while (answer != status && clock.Elapsed < FollowMax) answer = await PrivateNetworks.PostAsync(space, address);
        Assert.Equal((address, status), (address, answer));
    }
}
