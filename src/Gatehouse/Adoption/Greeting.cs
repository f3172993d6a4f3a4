using System.Net;
using Gatehouse.Core.Adoption;
using Gatehouse.Docker;
using Gatehouse.Linux;

namespace Gatehouse.Adoption;

/// <summary>Lets a container speak first, so that the gate's kernel knows at once where it is.</summary>
internal sealed class Greeting(EngineClient engine, string adoption)
{
    /// <summary>Discard (RFC 863): the gate does not listen there, so its kernel refuses, which is enough.</summary>
    private const int Port = 9;

    /// <summary>The kernel asks for a neighbour again after one second (arp(7), retrans_time_ms).</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1.5);

    /// <summary>A convenience: without it the gate's next call waits for up to a second.</summary>
    public async Task SendAsync(GreetGateStep step, CancellationToken stop)
    {
        if (!IPAddress.TryParse(step.Gate, out var gate)) return;
        var container = await new AdoptedNetworks(engine, adoption).FindAsync(step.Container, stop);
        if (container is not { ProcessId: > 0 }) return;
        try
        {
            await NetworkNamespace.RunAsync(
                container.ProcessId, () => InsideProbe.Connect(new IPEndPoint(gate, Port), Patience));
        }
        catch (IOException)
        {
            // It ended, or may not be entered; the verification that follows tells whether the model is reached.
        }
    }
}
