using System.Net;
using System.Text.Json;
using Gatehouse.Core.Adoption;
using Gatehouse.Core.Engine;
using Gatehouse.Docker;
using Gatehouse.Linux;

namespace Gatehouse.Adoption;

/// <summary>Networks of an adoption, and which container is in which.</summary>
internal sealed class AdoptedNetworks(EngineClient engine, string adoption)
{
    /// <summary>The label on everything that an adoption made; its value is the adoption's id.</summary>
    public const string Label = GateNetworks.AdoptionLabel;

    /// <summary>How the engine begins to say that a network gives nobody an address of his choice.</summary>
    private const string NoWishes = "user specified IP address";

    public async Task CreateAsync(CreateNetworkStep step, CancellationToken stop)
    {
        if (await EngineScan.NetworkAsync(engine, step.Name, stop) is { } there)
        {
            if (there.Labels.GetValueOrDefault(Label) == adoption) return;
            throw new AdoptionException(
                $"A network {step.Name} is there already. Remove it: docker network rm {step.Name}");
        }
        using var answer = await engine.PostAsync("/networks/create", json => Write(json, step), stop);
    }

    /// <summary>
    /// Removes a network of ours. What is still in it, such as a container that Compose recreated, leaves first: its
    /// next start would look for a network that is gone.
    /// </summary>
    public async Task RemoveAsync(CreateNetworkStep step, CancellationToken stop)
    {
        if (await EngineScan.NetworkAsync(engine, step.Name, stop) is not { } there) return;
        if (there.Labels.GetValueOrDefault(Label) != adoption) return;
        var view = await EngineScan.AllAsync(engine, stop);
        foreach (var container in view.Containers.Where(one => one.Endpoints.Any(end => end.Network == step.Name)))
            await DisconnectAsync(container.Id, step.Name, stop);
        await engine.DeleteAsync($"/networks/{there.Id}", stop);
    }

    public async Task JoinAsync(ContainerName name, EndpointSpec endpoint, CancellationToken stop)
    {
        var container = await FindAsync(name, stop)
            ?? throw new AdoptionException($"The container {name} is not there any more.");
        if (container.Endpoints.Any(end => end.Network == endpoint.Network)) return;
        try
        {
            using var answer = await engine.PostAsync(
                $"/networks/{Uri.EscapeDataString(endpoint.Network)}/connect",
                json => Write(json, container.Id, endpoint, engine.Api), stop);
        }
        catch (EngineException) when (!stop.IsCancellationRequested)
        {
            // The engine may have been at it since a run that was killed.
            if (!await StandsInAsync(container.Id, endpoint.Network, stop)) throw;
        }
    }

    /// <summary>
    /// Gives the gate an address in a network that is not ours. Where the network takes no wishes the engine hands out
    /// the lowest address that is free, which is the wanted one unless somebody was faster.
    /// </summary>
    public async Task TakeAsync(TakeAddressStep step, CancellationToken stop)
    {
        var wish = new EndpointSpec(step.Network) { Address = step.Address, HasStaticConfiguration = true };
        try
        {
            await JoinAsync(step.Gate, wish, stop);
        }
        catch (EngineException error) when (error.Message.Contains(NoWishes, StringComparison.Ordinal))
        {
            await JoinAsync(step.Gate, new EndpointSpec(step.Network), stop);
        }
        var gate = await FindAsync(step.Gate, stop);
        var got = gate?.Endpoints.FirstOrDefault(end => end.Network == step.Network)?.Address;
        if (got == step.Address) return;
        throw new AdoptionException($"The engine gave the gate {(got is { Length: > 0 } ? got : "no address")} in "
            + $"{step.Network}, and not {step.Address}, by which apps call the model. Set them to call it by its name, "
            + "then adopt again.");
    }

    /// <summary>The server comes back to its address next, so the gate leaves it now.</summary>
    public async Task GiveUpAsync(TakeAddressStep step, CancellationToken stop)
    {
        if (await FindAsync(step.Gate, stop) is not { } gate) return;
        if (gate.Labels.GetValueOrDefault(Label) != adoption) return;
        if (gate.Endpoints.Any(end => end.Network == step.Network)) await DisconnectAsync(gate.Id, step.Network, stop);
    }

    private async Task<bool> StandsInAsync(string container, string network, CancellationToken stop)
        => await EngineScan.ContainerAsync(engine, container, stop) is { } now
            && now.Endpoints.Any(end => end.Network == network);

    public async Task LeaveAsync(ContainerName name, EndpointSpec before, CancellationToken stop)
    {
        var container = await FindAsync(name, stop)
            ?? throw new AdoptionException($"The container {name} is not there any more.");
        if (container.Endpoints.All(end => end.Network != before.Network)) return;
        await DisconnectAsync(container.Id, before.Network, stop);
    }

    /// <summary>
    /// Takes back a join. Connections over that network are ended first, so that clients turn to where the name leads
    /// now instead of waiting for an answer that cannot come.
    /// </summary>
    public async Task UnjoinAsync(JoinNetworkStep step, CancellationToken stop)
    {
        if (await FindAsync(step.Container, stop) is not { } container) return;
        if (container.Endpoints.All(end => end.Network != step.Endpoint.Network)) return;
        if (container.Labels.GetValueOrDefault(Label) == adoption)
        {
            await UnjoinGateAsync(container, stop);
            return;
        }
        if (container.ProcessId > 0) await CutAsync(container, step.Endpoint.Network, stop);
        await DisconnectAsync(container.Id, step.Endpoint.Network, stop);
    }

    /// <summary>
    /// The gate is removed as a whole later. One that holds ports of the host stops now, because others need them:
    /// leaving one network would only make the engine publish them in another (measured with 20.10).
    /// </summary>
    private async Task UnjoinGateAsync(ContainerFacts gate, CancellationToken stop)
    {
        if (gate.AskedPorts.Length == 0) return;
        using var answer = await engine.PostAsync($"/containers/{gate.Id}/stop?t=10", null, stop);
    }

    public async Task StartAsync(ContainerName name, CancellationToken stop)
    {
        var container = await FindAsync(name, stop)
            ?? throw new AdoptionException($"The container {name} is not there any more.");
        if (container.IsRunning) return;
        using var answer = await engine.PostAsync($"/containers/{container.Id}/start", null, stop);
    }

    /// <summary>The container by id, else by name: Compose may have made it anew.</summary>
    public async Task<ContainerFacts?> FindAsync(ContainerName name, CancellationToken stop)
    {
        if (name.Id.Length > 0 && await EngineScan.ContainerAsync(engine, name.Id, stop) is { } same) return same;
        return await EngineScan.ContainerAsync(engine, name.Name, stop);
    }

    private async Task DisconnectAsync(string container, string network, CancellationToken stop)
    {
        try
        {
            await AskToDisconnectAsync(container, network, stop);
        }
        catch (EngineException) when (!stop.IsCancellationRequested)
        {
            var now = await EngineScan.ContainerAsync(engine, container, stop);
            if (now?.Endpoints.Any(end => end.Network == network) != true) return;
            if (!now.IsRestarting) throw;
            await DisconnectStoppedAsync(container, network, stop);
        }
    }

    /// <summary>
    /// The engine takes a container that it waits to start again for one that runs, and does not find it in its own
    /// networks (20.10): so it is stopped for that moment.
    /// </summary>
    private async Task DisconnectStoppedAsync(string container, string network, CancellationToken stop)
    {
        using (await engine.PostAsync($"/containers/{container}/stop?t=0", null, stop)) { }
        try
        {
            await AskToDisconnectAsync(container, network, stop);
        }
        finally
        {
            using (await engine.PostAsync($"/containers/{container}/start", null, CancellationToken.None)) { }
        }
    }

    private async Task AskToDisconnectAsync(string container, string network, CancellationToken stop)
    {
        using var answer = await engine.PostAsync($"/networks/{Uri.EscapeDataString(network)}/disconnect", json =>
        {
            json.WriteStartObject();
            json.WriteString("Container", container);
            json.WriteBoolean("Force", false);
            json.WriteEndObject();
        }, stop);
    }

    private async Task CutAsync(ContainerFacts container, string network, CancellationToken stop)
    {
        using var answer = await engine.GetAsync($"/networks/{Uri.EscapeDataString(network)}", stop);
        if (!answer.RootElement.TryGetProperty("Containers", out var members)) return;
        if (members.ValueKind != JsonValueKind.Object) return;
        foreach (var member in members.EnumerateObject().Where(member => member.Name != container.Id))
        {
            var text = member.Value.GetProperty("IPv4Address").GetString()?.Split('/')[0];
            if (!IPAddress.TryParse(text, out var address)) continue;
            try
            {
                await NetworkNamespace.RunAsync(container.ProcessId, () => ConnectionCutter.Cut(address));
            }
            catch (IOException)
            {
                // The connections end by their own time limits then; undoing goes on.
            }
        }
    }

    private void Write(Utf8JsonWriter json, CreateNetworkStep step)
    {
        json.WriteStartObject();
        json.WriteString("Name", step.Name);
        json.WriteBoolean("CheckDuplicate", true);
        json.WriteString("Driver", "bridge");
        json.WriteBoolean("Internal", step.IsInternal);
        json.WriteStartObject("IPAM");
        json.WriteStartArray("Config");
        json.WriteStartObject();
        json.WriteString("Subnet", step.Subnet);
        json.WriteString("IPRange", step.Range);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteStartObject("Options");
        foreach (var (name, value) in step.Options) json.WriteString(name, value);
        json.WriteEndObject();
        json.WriteStartObject("Labels");
        foreach (var (name, value) in step.Labels) json.WriteString(name, value);
        json.WriteString(Label, adoption);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string container, EndpointSpec endpoint, ApiVersion api)
    {
        json.WriteStartObject();
        json.WriteString("Container", container);
        json.WritePropertyName("EndpointConfig");
        EndpointJson.Write(json, endpoint, api);
        json.WriteEndObject();
    }
}
