using System.Net;
using System.Net.Sockets;

namespace Gatehouse.Cli;

/// <summary>
/// Picks the address by which programs on this host reach the gate: one in a container has an address in every network
/// that it is in, and few of them have a way from the host.
/// </summary>
internal static class GateReach
{
    /// <summary>A neighbour answers within a millisecond; an address that is not routed never does.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>What to do when there is none, as a sentence.</summary>
    public const string Remedy = "The gate runs in a container that this host does not reach. Give it an address that "
        + "it does: docker network connect bridge gatehouse";

    /// <summary>The address; null when none of several answers. A single one is taken as it is.</summary>
    /// <param name="gates">Where the gate listens, with blanks between.</param>
    /// <param name="stop">Ends it.</param>
    public static async Task<string?> ChooseAsync(string gates, CancellationToken stop)
    {
        var all = gates.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (all.Length < 2) return gates;
        var answers = await Task.WhenAll(all.Select(address => AnswersAsync(address, stop)));
        return all.Zip(answers).Where(static one => one.Second).Select(static one => one.First).FirstOrDefault();
    }

    private static async Task<bool> AnswersAsync(string address, CancellationToken stop)
    {
        if (!IPEndPoint.TryParse(address, out var place)) return false;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(Patience);
        using var socket = new Socket(place.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(place, limit.Token);
            return true;
        }
        catch (Exception error) when (error is SocketException or OperationCanceledException)
        {
            stop.ThrowIfCancellationRequested();
            return false;
        }
    }
}
