using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Gatehouse.Core.Adoption;
using Gatehouse.Discovery;
using Gatehouse.Linux;

namespace Gatehouse.Adoption;

/// <summary>
/// Asks model servers in containers for the names of their models, from inside each one's own network. A job that uses
/// two servers needs the names: the gate tells by them which server a call is for.
/// </summary>
internal static class ServedModels
{
    public static async Task<ImmutableArray<ModelServer>> AskAsync(
        ImmutableArray<ModelServer> servers, CancellationToken stop)
        => [.. await Task.WhenAll(servers.Select(async server => server.Container.ProcessId == 0
            ? server : server with { Served = await OneAsync(server, stop) }))];

    private static readonly TimeSpan TryEvery = TimeSpan.FromMilliseconds(100);

    /// <summary>A server that was only just started listens in a moment.</summary>
    private static async Task ConnectAsync(Socket socket, IPEndPoint address, CancellationToken hurry)
    {
        while (true)
        {
            try
            {
                await socket.ConnectAsync(address, hurry);
                return;
            }
            catch (SocketException)
            {
                await Task.Delay(TryEvery, TimeProvider.System, hurry);
            }
        }
    }

    private static async Task<ImmutableArray<string>> OneAsync(ModelServer server, CancellationToken stop)
    {
        var own = server.Container.Endpoints.Select(static endpoint => endpoint.Address)
            .FirstOrDefault(static address => address.Length > 0);
        if (own is null) return [];
        var address = new IPEndPoint(IPAddress.Parse(own), server.Port);
        return await ModelProbe.AskOneAsync(server.Port, async hurry =>
        {
            // A socket belongs to the namespace in which it was made, whichever thread uses it later.
            var socket = await NetworkNamespace.RunAsync(server.Container.ProcessId, static ()
                => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
            await ConnectAsync(socket, address, hurry);
            return new NetworkStream(socket, ownsSocket: true);
        }, stop);
    }
}
