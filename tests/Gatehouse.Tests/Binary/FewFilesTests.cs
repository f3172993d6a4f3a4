using System.Net;
using System.Net.Sockets;

namespace Gatehouse.Tests.Binary;

/// <summary>A process that may open few files and sockets refuses calls, and does not end.</summary>
[Collection(BinaryCollection.Name)]
public sealed class FewFilesTests
{
    [Fact]
    public async Task More_connections_than_descriptors_neither_end_the_gate_nor_keep_callers_out()
    {
        await using var model = await BinaryModel.StartAsync();
        using var home = BinaryHome.Create(model.Address);
        await using var gate = await BinaryGate.StartAsync(home, Child.Start(
            "/bin/sh", ["-c", "ulimit -n 256; exec \"$0\" serve --home \"$1\"", GateBinary.Path, home.HomePath]));
        var token = await home.TokenAsync();
        Assert.Equal(HttpStatusCode.OK, await gate.StatusAsync(token));

        var idle = new List<Socket>();
        for (var i = 0; i < 400; i++)
        {
            idle.Add(new Socket(SocketType.Stream, ProtocolType.Tcp));
            await idle[i].ConnectAsync(IPAddress.Loopback, gate.Url.Port, TestContext.Current.CancellationToken);
        }
        // Longer than two checkpoints take, each of which opens the database again.
        for (var i = 0; i < 6; i++)
        {
            Assert.Equal(HttpStatusCode.OK, await gate.StatusAsync(token, $"round {i}"));
            await Task.Delay(500, TestContext.Current.CancellationToken);
        }
        idle.ForEach(socket => socket.Dispose());

        Assert.Equal(HttpStatusCode.OK, await gate.StatusAsync(token));
        Assert.Equal(0, (await gate.StopAsync()).Exit);
        (await home.RunAsync("ledger", "verify", "--payloads")).Expect(0);
    }
}
