using System.Text.Json;
using Gatehouse.Core.Engine;

namespace Gatehouse.Docker;

/// <summary>Looks at everything that an engine has; changes nothing (GET only).</summary>
internal static class EngineScan
{
    /// <summary>Inspects that run at once: the engine answers from memory, and more only wait for its locks.</summary>
    private const int InspectsAtOnce = 8;

    /// <summary>
    /// One view of engine, containers and networks. A container that goes away meanwhile is left out.
    /// </summary>
    /// <exception cref="EngineException">The engine refuses or is gone.</exception>
    public static async Task<EngineView> AllAsync(EngineClient engine, CancellationToken stop)
    {
        using var info = await engine.GetAsync("/info", stop);
        using var networks = await engine.GetAsync("/networks", stop);
        using var list = await engine.GetAsync("/containers/json?all=1", stop);
        var ids = Items(list.RootElement).Select(static item => item.GetProperty("Id").GetString()!).ToArray();
        var containers = new ContainerFacts?[ids.Length];
        await Parallel.ForAsync(0, ids.Length,
            new ParallelOptions { MaxDegreeOfParallelism = InspectsAtOnce, CancellationToken = stop },
            async (index, turn) => containers[index] = await ContainerAsync(engine, ids[index], turn));
        return new EngineView(
            EngineReader.Read(info.RootElement, engine.Api),
            [.. containers.OfType<ContainerFacts>().OrderBy(static one => one.Name, StringComparer.Ordinal)],
            [.. Items(networks.RootElement).Select(NetworkReader.Read)
                .OrderBy(static one => one.Name, StringComparer.Ordinal)]);
    }

    /// <summary>One container; null when it is not there.</summary>
    /// <exception cref="EngineException">The engine refuses or is gone.</exception>
    public static async Task<ContainerFacts?> ContainerAsync(
        EngineClient engine, string idOrName, CancellationToken stop)
    {
        try
        {
            using var answer = await engine.GetAsync($"/containers/{Uri.EscapeDataString(idOrName)}/json", stop);
            return ContainerReader.Read(answer.RootElement);
        }
        catch (EngineException error) when (error.IsNotFound)
        {
            return null;
        }
    }

    /// <summary>One network; null when it is not there.</summary>
    /// <exception cref="EngineException">The engine refuses or is gone.</exception>
    public static async Task<NetworkFacts?> NetworkAsync(
        EngineClient engine, string idOrName, CancellationToken stop)
    {
        try
        {
            using var answer = await engine.GetAsync($"/networks/{Uri.EscapeDataString(idOrName)}", stop);
            return NetworkReader.Read(answer.RootElement);
        }
        catch (EngineException error) when (error.IsNotFound)
        {
            return null;
        }
    }

    private static JsonElement.ArrayEnumerator Items(JsonElement list)
        => list.ValueKind == JsonValueKind.Array ? list.EnumerateArray()
            : throw new EngineException("The engine answered a list with something else.");
}
