using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Gatehouse.Core.Adoption;
using Gatehouse.Discovery;
using Gatehouse.Docker;
using Gatehouse.Linux;

namespace Gatehouse.Adoption;

/// <summary>Proves from inside a job's network that its calls go to the gate, as its own, and nowhere else.</summary>
internal sealed class JobVerification(EngineClient? engine, TimeProvider time)
{
    /// <summary>Listeners follow interfaces within a second; a model may be slow to list.</summary>
    private static readonly TimeSpan Within = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan TryEvery = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan CallPatience = TimeSpan.FromSeconds(5);

    /// <summary>A neighbour answers in under a millisecond; what is silent for this long is not there.</summary>
    private static readonly TimeSpan SilencePatience = TimeSpan.FromMilliseconds(300);

    /// <summary>A container that ends over and over may come up in a moment, or stay down for a minute.</summary>
    private static readonly TimeSpan UpWithin = TimeSpan.FromSeconds(2);

    /// <returns>Whether it was tried; one that ended by itself before, and does not run now, is not.</returns>
    /// <exception cref="AdoptionException">Something is not as it should be; the message says what.</exception>
    public async Task<bool> RunAsync(VerifyJobStep step, CancellationToken stop)
    {
        var begun = time.GetTimestamp();
        while (true)
        {
            var processId = step.Container is { } container ? await ProcessOfAsync(container, stop) : 0;
            if (processId is null && !step.MayBeDown)
                throw new AdoptionException($"{step.Container} does not run any more, so its calls cannot be tried.");
            if (processId is null && time.GetElapsedTime(begun) > UpWithin) return false;
            var fault = processId is { } running ? await FaultAsync(step, running) : "it does not run.";
            if (fault is null) return true;
            if (time.GetElapsedTime(begun) > Within)
                throw new AdoptionException($"From inside {step.Container?.Name ?? "this host"}: {fault}");
            await Task.Delay(TryEvery, time, stop);
        }
    }

    /// <summary>Its process; null while it does not run.</summary>
    private async Task<int?> ProcessOfAsync(ContainerName name, CancellationToken stop)
    {
        var container = engine is null ? null : await EngineScan.ContainerAsync(engine, name.Id, stop);
        return container is { ProcessId: > 0 } ? container.ProcessId : null;
    }

    private static async Task<string?> FaultAsync(VerifyJobStep step, int processId)
    {
        if (processId == 0) return await Task.Run(() => Fault(step));
        try
        {
            return await NetworkNamespace.RunAsync(processId, () => Fault(step));
        }
        catch (IOException) when (step.MayBeDown)
        {
            return "it ended just now.";
        }
    }

    private static string? Fault(VerifyJobStep step)
        => step.Calls.Select(call => Fault(call, step.Job)).FirstOrDefault(static fault => fault is not null)
            ?? step.Unreachable.Select(Fault).FirstOrDefault(static fault => fault is not null)
            ?? step.Reachable.Where(static address => !Answers(address)).Select(static address
                => $"{address} cannot be reached any more.").FirstOrDefault();

    private static string? Fault(ProbeCall call, string job)
    {
        try
        {
            if (AddressOf(call, out var address) is { } wrongName) return wrongName;
            var answer = InsideProbe.Get(new IPEndPoint(address, call.Port), call.Authority, call.Path, CallPatience);
            if (answer.Job is null) return $"{call.Authority} answered {answer.Status}, and it was not the gate.";
            if (answer.Job != job) return $"{call.Authority} took this caller for the job {answer.Job}, not {job}.";
            return answer.Status == 200 ? null
                : $"{call.Authority}{call.Path} answered {answer.Status}: {answer.Body.Trim()}";
        }
        catch (Exception error) when (error is SocketException or IOException)
        {
            return $"{call.Authority} cannot be reached: {error.Message}";
        }
    }

    private static string? AddressOf(ProbeCall call, out IPAddress address)
    {
        if (call.Address is not { } only)
        {
            address = IPAddress.Parse(call.Host);
            return null;
        }
        address = IPAddress.Parse(only);
        var found = InsideProbe.Resolve(call.Host, CallPatience);
        return found.Count == 1 && found[0].Equals(address) ? null
            : $"the name {call.Host} leads to {(found.Count == 0 ? "nothing" : string.Join(", ", found))}, "
                + "not to the gate.";
    }

    private static string? Fault(string address)
        => Answers(address) ? $"the model can still be reached directly, at {address}." : null;

    private static bool Answers(string address)
        => InsideProbe.Connect(IPEndPoint.Parse(address), SilencePatience) == SocketError.Success;
}

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

/// <summary>Looks for a port of loopback that nobody has.</summary>
internal static class FreePort
{
    private const int First = 21434;

    private const int Tries = 100;

    /// <summary>The first free port; null when a hundred in a row are taken.</summary>
    public static int? Find()
        => Enumerable.Range(First, Tries).Where(IsFree).Select(static port => (int?)port).FirstOrDefault();

    private static bool IsFree(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
