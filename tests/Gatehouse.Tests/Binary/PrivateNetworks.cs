using System.Globalization;

namespace Gatehouse.Tests.Binary;

/// <summary>
/// Three network namespaces: a gate's, with an address on network A (10.199.1.0/24) and one on network B
/// (10.199.2.0/24), and a client's on each. Nothing leaves them; they are gone after the test.
/// </summary>
internal sealed class PrivateNetworks : IAsyncDisposable
{
    public const string GateOnA = "10.199.1.1";
    public const string GateOnA6 = "fd00:199:1::1";
    public const string GateOnB = "10.199.2.1";

    private readonly string _name = string.Create(CultureInfo.InvariantCulture, $"gh{Environment.ProcessId}");

    private PrivateNetworks()
    {
    }

    public string Gate => _name + "g";

    public string ClientOnA => _name + "a";

    public string ClientOnB => _name + "b";

    public static async Task<PrivateNetworks> CreateAsync()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "making network namespaces needs root");
        var networks = new PrivateNetworks();
        try
        {
            foreach (var space in new[] { networks.Gate, networks.ClientOnA, networks.ClientOnB })
            {
                await IpAsync("netns", "add", space);
                await IpAsync("-n", space, "link", "set", "lo", "up");
            }
            await networks.JoinAAsync();
            await networks.JoinBAsync();
            return networks;
        }
        catch
        {
            await networks.DisposeAsync();
            throw;
        }
    }

    /// <summary>The words that run a program in a namespace.</summary>
    public static string[] In(string space, params string[] words) => ["netns", "exec", space, .. words];

    /// <summary>Puts the gate into network A.</summary>
    public async Task JoinAAsync()
    {
        await JoinAsync("a", ClientOnA, GateOnA, "10.199.1.2");
        // An address of each family, as a network with IPv6 gives; without the wait for duplicates.
        await IpAsync("-n", Gate, "addr", "add", GateOnA6 + "/64", "dev", "neta", "nodad");
        await IpAsync("-n", ClientOnA, "addr", "add", "fd00:199:1::2/64", "dev", "etha", "nodad");
    }

    /// <summary>Puts the gate into network B.</summary>
    public Task JoinBAsync() => JoinAsync("b", ClientOnB, GateOnB, "10.199.2.2");

    /// <summary>Takes the gate out of network A: its interface and the address are gone.</summary>
    public Task LeaveAAsync() => IpAsync("-n", Gate, "link", "del", "neta");

    /// <summary>Takes the gate out of network B.</summary>
    public Task LeaveBAsync() => IpAsync("-n", Gate, "link", "del", "netb");

    /// <summary>The addresses with a port that something in the gate's namespace listens on.</summary>
    public async Task<IReadOnlyList<string>> ListeningAsync() =>
    [
        .. (await Child.RunAsync("ip", In(Gate, "ss", "-Hltn"))).Expect(0).Output.Split('\n')
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(words => words.Length > 3).Select(words => words[3]),
    ];

    /// <summary>The client on A learns a way to network B: through the gate's host.</summary>
    public Task RouteFromAToBAsync() => IpAsync("-n", ClientOnA, "route", "add", "10.199.2.0/24", "via", GateOnA);

    /// <summary>Posts a small chat call from a namespace; the status, or the reason why there was no answer.</summary>
    public static async Task<string> PostAsync(string space, string address)
    {
        const string script = """
            const [address, body] = process.argv.slice(1);
            try {
              const signal = AbortSignal.timeout(1500);
              const answer = await fetch(`http://${address}/v1/chat/completions`, { method: 'POST', body, signal });
              await answer.text();
              console.log(answer.status);
            } catch (error) {
              console.log(error.name === 'TimeoutError' ? 'timeout' : error.cause?.code ?? error.name);
            }
            """;
        string[] node = ["node", "--input-type=module", "-e", script, address, BinaryGate.Chat("hello")];
        return (await Child.RunAsync("ip", In(space, node))).Expect(0).LastLine;
    }

    public async ValueTask DisposeAsync()
    {
        // A namespace takes its interfaces with it.
        foreach (var space in new[] { Gate, ClientOnA, ClientOnB })
            await Child.RunAsync("ip", ["netns", "del", space]);
    }

    private static async Task IpAsync(params string[] words) => (await Child.RunAsync("ip", words)).Expect(0);

    private async Task JoinAsync(string letter, string client, string gateAddress, string clientAddress)
    {
        var (own, other) = ("net" + letter, "eth" + letter);
        await IpAsync("link", "add", own, "netns", Gate, "type", "veth", "peer", "name", other, "netns", client);
        await IpAsync("-n", Gate, "addr", "add", gateAddress + "/24", "dev", own);
        await IpAsync("-n", client, "addr", "add", clientAddress + "/24", "dev", other);
        await IpAsync("-n", Gate, "link", "set", own, "up");
        await IpAsync("-n", client, "link", "set", other, "up");
    }
}
