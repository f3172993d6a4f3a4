using System.Net;
using Gatehouse.Core.Adoption;
using Gatehouse.Docker;
using Gatehouse.Linux;

namespace Gatehouse.Adoption;

/// <summary>Ends connections of a container to addresses where its model was.</summary>
internal sealed class OpenConnections(EngineClient engine, string adoption)
{
    /// <summary>A convenience: where the kernel cannot do it, clients notice by their own time limits.</summary>
    public async Task CutAsync(CutConnectionsStep step, CancellationToken stop)
    {
        var container = await new AdoptedNetworks(engine, adoption).FindAsync(step.Container, stop);
        if (container is not { ProcessId: > 0 }) return;
        foreach (var text in step.Addresses)
        {
            if (!IPAddress.TryParse(text, out var address)) continue;
            try
            {
                await NetworkNamespace.RunAsync(container.ProcessId, () => ConnectionCutter.Cut(address));
            }
            catch (IOException)
            {
                return;
            }
        }
    }
}
