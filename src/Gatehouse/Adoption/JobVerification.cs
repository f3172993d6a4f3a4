using System.Net;
using System.Net.Sockets;
using Gatehouse.Core.Adoption;
using Gatehouse.Docker;
using Gatehouse.Walls;

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

    /// <exception cref="AdoptionException">Something is not as it should be; the message says what.</exception>
    public async Task RunAsync(VerifyJobStep step, CancellationToken stop)
    {
        var begun = time.GetTimestamp();
        while (true)
        {
            var processId = step.Container is { } container ? await ProcessOfAsync(container, stop) : 0;
            var fault = await FaultAsync(step, processId);
            if (fault is null) return;
            if (time.GetElapsedTime(begun) > Within)
                throw new AdoptionException($"From inside {step.Container?.Name ?? "this host"}: {fault}");
            await Task.Delay(TryEvery, time, stop);
        }
    }

    private async Task<int> ProcessOfAsync(ContainerName name, CancellationToken stop)
    {
        var container = engine is null ? null : await EngineLook.ContainerAsync(engine, name.Id, stop);
        return container is { ProcessId: > 0 } ? container.ProcessId
            : throw new AdoptionException($"{name} does not run any more, so its calls cannot be tried.");
    }

    private static Task<string?> FaultAsync(VerifyJobStep step, int processId)
        => processId == 0 ? Task.Run(() => Fault(step)) : NetworkNamespace.RunAsync(processId, () => Fault(step));

    private static string? Fault(VerifyJobStep step)
        => step.Calls.Select(call => Fault(call, step.Job)).FirstOrDefault(static fault => fault is not null)
            ?? step.Unreachable.Select(Fault).FirstOrDefault(static fault => fault is not null);

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
        => InsideProbe.Connect(IPEndPoint.Parse(address), SilencePatience) == SocketError.Success
            ? $"the model can still be reached directly, at {address}." : null;
}
