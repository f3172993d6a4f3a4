using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Gatehouse.Core.Adoption;
using Gatehouse.Core.Engine;
using Gatehouse.Docker;
using Gatehouse.Linux;

namespace Gatehouse.Adoption;

/// <summary>The gate's container: made with the least that it needs, started, removed.</summary>
internal sealed class GateContainer(EngineClient engine, string adoption, TimeProvider time)
{
    /// <summary>A gate starts in well under a second; a slow disk may need more.</summary>
    private static readonly TimeSpan ReadyWithin = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(50);

    private static readonly TimeSpan ProbePatience = TimeSpan.FromSeconds(1);

    /// <summary>The control page inside the container, where only its own processes reach it.</summary>
    private static readonly IPEndPoint Control = new(IPAddress.Loopback, 8421);

    /// <summary>Threads of one gate with room; a fork bomb stops here.</summary>
    private const int ProcessesMax = 256;

    public async Task LoadAsync(LoadImageStep step, CancellationToken stop)
    {
        await using var file = File.OpenRead(step.File);
        await engine.PostFileAsync("/images/load?quiet=1", file, stop);
        if (!await HasImageAsync(engine, step.Image, stop))
        {
            throw new AdoptionException(
                $"{step.File} holds another image than {step.Image}. Build it with: ./build image");
        }
    }

    public async Task UnloadAsync(LoadImageStep step, CancellationToken stop)
    {
        try
        {
            await engine.DeleteAsync($"/images/{Uri.EscapeDataString(step.Image)}", stop);
        }
        catch (EngineException error) when (error.Status == 409)
        {
            // Somebody uses it: then it is theirs.
        }
    }

    public static async Task<bool> HasImageAsync(EngineClient engine, string image, CancellationToken stop)
    {
        try
        {
            using var answer = await engine.GetAsync($"/images/{Uri.EscapeDataString(image)}/json", stop);
            return true;
        }
        catch (EngineException error) when (error.IsNotFound)
        {
            return false;
        }
    }

    public async Task CreateAsync(CreateGateStep step, CancellationToken stop)
    {
        await RemoveAsync(step, stop);
        if (await EngineScan.ContainerAsync(engine, step.Name, stop) is not null)
        {
            throw new AdoptionException(
                $"A container {step.Name} is there already and none of Gatehouse's making. Rename or remove it.");
        }
        using var answer = await engine.PostAsync(
            $"/containers/create?name={Uri.EscapeDataString(step.Name)}", json => Write(json, step), stop);
    }

    public async Task StartAsync(StartGateStep step, CancellationToken stop)
    {
        using (await engine.PostAsync($"/containers/{step.Name}/start", null, stop)) { }
        var begun = time.GetTimestamp();
        while (true)
        {
            var gate = await EngineScan.ContainerAsync(engine, step.Name, stop)
                ?? throw new AdoptionException($"The container {step.Name} is gone.");
            if (!gate.IsRunning)
                throw new AdoptionException($"The gate stopped at once. It said:\n{await LogAsync(step.Name, stop)}");
            if (await IsReadyAsync(gate)) return;
            if (time.GetElapsedTime(begun) > ReadyWithin)
                throw new AdoptionException($"The gate is not ready. It said:\n{await LogAsync(step.Name, stop)}");
            await Task.Delay(LookEvery, time, stop);
        }
    }

    /// <summary>
    /// Stops it with time to finish its calls, and removes it. Another's container of that name stays.
    /// </summary>
    public async Task RemoveAsync(CreateGateStep step, CancellationToken stop)
    {
        if (await EngineScan.ContainerAsync(engine, step.Name, stop) is not { } there) return;
        if (there.Labels.GetValueOrDefault(AdoptedNetworks.Label) != adoption) return;
        using (await engine.PostAsync($"/containers/{there.Id}/stop?t=10", null, stop)) { }
        await engine.DeleteAsync($"/containers/{there.Id}?force=1", stop);
    }

    private static async Task<bool> IsReadyAsync(ContainerFacts gate)
    {
        try
        {
            var answer = await NetworkNamespace.RunAsync(
                gate.ProcessId, () => InsideProbe.Get(Control, Control.ToString(), "/readyz", ProbePatience));
            return answer.Status == 200;
        }
        catch (Exception error) when (error is SocketException or IOException)
        {
            return false;
        }
    }

    private async Task<string> LogAsync(string name, CancellationToken stop)
    {
        var text = await engine.GetTextAsync($"/containers/{name}/logs?stdout=1&stderr=1&tail=8", stop);
        // Each line has a head of 8 bytes: stream, three zeros, length (Engine API, "attach").
        // A gate that is started over and over says the same each time.
        var lines = text.Split('\n').Where(static line => line.Length > 8)
            .Select(static line => "  " + line[8..].TrimEnd());
        return string.Join('\n', lines.Distinct(StringComparer.Ordinal));
    }

    private void Write(Utf8JsonWriter json, CreateGateStep step)
    {
        json.WriteStartObject();
        json.WriteString("Image", step.Image);
        // An estate without `node:` takes the machine's name for the ledger's origin, inside as outside.
        json.WriteString("Hostname", Environment.MachineName);
        json.WriteString("User", $"{step.Uid}:{step.Uid}");
        json.WriteStartObject("ExposedPorts");
        foreach (var port in step.Ports.Select(static port => port.GatePort).Distinct())
        {
            json.WriteStartObject($"{port}/tcp");
            json.WriteEndObject();
        }
        json.WriteEndObject();
        json.WriteStartObject("Labels");
        json.WriteString(AdoptedNetworks.Label, adoption);
        json.WriteEndObject();
        json.WriteStartObject("HostConfig");
        WriteHost(json, step);
        json.WriteEndObject();
        json.WriteStartObject("NetworkingConfig");
        json.WriteStartObject("EndpointsConfig");
        json.WritePropertyName(step.FirstNetwork.Network);
        EndpointJson.Write(json, step.FirstNetwork, engine.Api);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteHost(Utf8JsonWriter json, CreateGateStep step)
    {
        json.WriteString("NetworkMode", step.FirstNetwork.Network);
        json.WriteBoolean("ReadonlyRootfs", true);
        List(json, "CapDrop", "ALL");
        List(json, "SecurityOpt", "no-new-privileges");
        List(json, "Binds", $"{step.Home}:/data");
        json.WriteNumber("PidsLimit", ProcessesMax);
        json.WriteStartObject("RestartPolicy");
        json.WriteString("Name", "unless-stopped");
        json.WriteEndObject();
        // The gate is in many networks: it must never pass packets between them.
        json.WriteStartObject("Sysctls");
        json.WriteString("net.ipv4.ip_forward", "0");
        json.WriteEndObject();
        json.WriteStartObject("PortBindings");
        foreach (var group in step.Ports.GroupBy(static port => port.GatePort))
        {
            json.WriteStartArray($"{group.Key}/tcp");
            foreach (var port in group)
            {
                json.WriteStartObject();
                json.WriteString("HostIp", port.HostAddress);
                json.WriteString("HostPort", port.HostPort.ToString(System.Globalization.CultureInfo.InvariantCulture));
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }
        json.WriteEndObject();
    }

    private static void List(Utf8JsonWriter json, string name, string value)
    {
        json.WriteStartArray(name);
        json.WriteStringValue(value);
        json.WriteEndArray();
    }
}

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

/// <summary>Writes an endpoint as the engine takes it (<c>EndpointSettings</c> of the Engine API).</summary>
internal static class EndpointJson
{
    /// <summary>Engines before this version know no <c>GwPriority</c>.</summary>
    private static readonly ApiVersion KnowsPriority = new(1, 48);

    public static void Write(Utf8JsonWriter json, EndpointSpec endpoint, ApiVersion api)
    {
        json.WriteStartObject();
        if (endpoint.HasStaticConfiguration)
        {
            json.WriteStartObject("IPAMConfig");
            if (endpoint.Address is { } address) json.WriteString("IPv4Address", address);
            if (endpoint.Address6 is { } address6) json.WriteString("IPv6Address", address6);
            if (endpoint.LinkLocalAddresses.Length > 0) List(json, "LinkLocalIPs", endpoint.LinkLocalAddresses);
            json.WriteEndObject();
        }
        if (endpoint.Aliases.Length > 0) List(json, "Aliases", endpoint.Aliases);
        if (endpoint.Links.Length > 0) List(json, "Links", endpoint.Links);
        if (endpoint.HasDriverOptions)
        {
            json.WriteStartObject("DriverOpts");
            foreach (var (name, value) in endpoint.DriverOptions) json.WriteString(name, value);
            json.WriteEndObject();
        }
        if (endpoint.GatewayPriority != 0 && api >= KnowsPriority)
            json.WriteNumber("GwPriority", endpoint.GatewayPriority);
        json.WriteEndObject();
    }

    private static void List(Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values) json.WriteStringValue(value);
        json.WriteEndArray();
    }
}

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
