using System.Net;
using System.Net.Sockets;
using Gatehouse.Core.Estate;
using Gatehouse.Linux;

namespace Gatehouse.Cli;

/// <summary>Where an app reaches the gate, and what it has to show there.</summary>
/// <param name="Url">The gate as the app calls it, without a slash at the end.</param>
/// <param name="NeedsToken">False where the address itself is the job's identity.</param>
/// <param name="Notes">What the user should know of this choice, as sentences.</param>
internal sealed record ConnectTarget(string Url, bool NeedsToken, IReadOnlyList<string> Notes)
{
    /// <summary>Chooses the address: the one that was given, else the job's own, else the gate's.</summary>
    public static ConnectTarget Choose(EstatePlan plan, JobPlan job, string? given)
    {
        if (job.Listen.OfType<ListenAddress.Tcp>().FirstOrDefault() is { } own)
        {
            return new ConnectTarget(given ?? $"http://{own}", false,
                [$"This address is {job.Key}'s own: who calls it is {job.Key}, and no token is needed."]);
        }
        if (given is not null) return new ConnectTarget(given, true, []);
        return plan.Gate switch
        {
            ListenAddress.Interfaces every => IsElsewhere(plan) ? InContainer(every) : OnInterfaces(every),
            ListenAddress.Unix => new ConnectTarget("http://127.0.0.1:8420", true,
                [$"The gate listens on {plan.Gate} only, which apps cannot call: give listen.gate an address."]),
            _ when plan.Gate.ToString()!.StartsWith("127.", StringComparison.Ordinal) => new ConnectTarget(
                $"http://{plan.Gate}", true,
                [
                    "Only programs on this machine reach this address. For containers and the LAN set "
                    + "`listen: { gate: \"interfaces:8420\" }` and start the gate again.",
                ]),
            _ => new ConnectTarget($"http://{plan.Gate}", true, []),
        };
    }

    /// <summary>
    /// Whether jobs are known by addresses of which this host has none: then the gate is in a container.
    /// </summary>
    private static bool IsElsewhere(EstatePlan plan)
    {
        var own = LocalAddresses.Read().Select(static one => one.Address).ToHashSet();
        var listens = plan.Jobs.Values.SelectMany(static job => job.Listen).OfType<ListenAddress.Tcp>().ToArray();
        return listens.Length > 0 && listens.All(listen => !own.Contains(listen.EndPoint.Address));
    }

    private static ConnectTarget InContainer(ListenAddress.Interfaces every) => new(
        $"http://gatehouse:{every.Port}", true,
        [
            "The gate runs in a container. For an app in a container, put both in one network: "
                + "docker network connect NETWORK gatehouse. For a program of this host: "
                + "docker network connect bridge gatehouse, then use the gate's address there, with --address.",
        ]);

    private static ConnectTarget OnInterfaces(ListenAddress.Interfaces every)
    {
        var there = LocalAddresses.Reachable(LocalAddresses.Read()).ToArray();
        var shown = there.Select(own => $"  http://{Host(own)}:{every.Port} (interface {own.Interface})");
        var url = there.Length == 0 ? $"http://127.0.0.1:{every.Port}" : $"http://{Host(there[0])}:{every.Port}";
        return new ConnectTarget(url, true,
            there.Length < 2 ? [] : [$"The gate has these addresses; take the one in the app's network, with "
                + $"--address:\n{string.Join('\n', shown)}"]);
    }

    private static string Host(LocalAddress own)
        => own.Address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6
            ? $"[{own.Address}]" : own.Address.ToString();
}

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
