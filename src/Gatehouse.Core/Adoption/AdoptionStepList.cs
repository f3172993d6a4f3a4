using System.Collections.Immutable;
using Gatehouse.Core.Engine;

namespace Gatehouse.Core.Adoption;

/// <summary>
/// Puts a layout into the order of steps in which every app can reach a model at almost every moment: the gate is
/// in place before an app is led to it, and a model leaves its old place last.
/// </summary>
public static class AdoptionStepList
{
    // Docker Engine's bridge driver: without an address of the host in the network there is no path to the host.
    private static readonly ImmutableSortedDictionary<string, string> NoHostAddress =
        ImmutableSortedDictionary<string, string>.Empty.Add("com.docker.network.bridge.inhibit_ipv4", "true");

    /// <summary>All steps of an adoption.</summary>
    /// <param name="layout">Which container goes where.</param>
    /// <param name="gate">How the gate runs.</param>
    /// <param name="files">Files that are written before anything moves: the estate.</param>
    /// <param name="lastFiles">Files that are written when everything is in place: Compose's.</param>
    public static ImmutableArray<AdoptionStep> Of(
        AdoptionLayout layout, GateSpec gate, IReadOnlyList<WriteFileStep> files,
        IReadOnlyList<WriteFileStep> lastFiles)
    {
        var steps = ImmutableArray.CreateBuilder<AdoptionStep>();
        steps.Add(new OwnHomeStep(gate.Home, gate.Uid, gate.HomeUidBefore));
        steps.AddRange(files);
        if (gate.ImageFile is { } archive) steps.Add(new LoadImageStep(gate.Image, archive));
        steps.AddRange(Networks(layout));
        steps.AddRange(Gate(layout, gate));
        var name = new ContainerName("", gate.Name);
        foreach (var model in layout.Models)
            steps.Add(new JoinNetworkStep(ContainerName.Of(model.Container), model.Endpoint));
        foreach (var app in layout.Apps)
        {
            foreach (var container in app.Containers)
                steps.Add(new JoinNetworkStep(ContainerName.Of(container), new EndpointSpec(app.Network)));
        }
        foreach (var model in layout.Models)
        {
            foreach (var proxy in model.Joined)
                steps.Add(new JoinNetworkStep(ContainerName.Of(proxy), new EndpointSpec(model.Network)));
        }
        steps.AddRange(Switch(layout, name));
        steps.AddRange(Verifications(layout));
        steps.AddRange(lastFiles);
        return steps.ToImmutable();
    }

    /// <summary>All steps that add apps to an adoption that is in place: nothing moves.</summary>
    /// <param name="layout">Which container goes where.</param>
    /// <param name="gateName">The gate's container.</param>
    /// <param name="files">Files that are written before an app is led to the gate: the estate.</param>
    /// <param name="lastFiles">Files that are written when everything is in place: Compose's.</param>
    public static ImmutableArray<AdoptionStep> Joining(
        AdoptionLayout layout, string gateName, IReadOnlyList<WriteFileStep> files,
        IReadOnlyList<WriteFileStep> lastFiles)
    {
        ArgumentNullException.ThrowIfNull(layout);
        var fresh = layout.Apps.Where(static app => !app.IsStanding).ToArray();
        return
        [
            .. fresh.Select(static app => Inner(app.Network, app.Subnet)),
            .. fresh.Select(app => new JoinNetworkStep(new ContainerName("", gateName), app.GateEndpoint)),
            .. files,
            .. layout.Apps.SelectMany(static app => app.Containers.Select(container
                => new JoinNetworkStep(ContainerName.Of(container), new EndpointSpec(app.Network)))),
            .. Verifications(layout),
            .. lastFiles,
        ];
    }

    private static IEnumerable<AdoptionStep> Networks(AdoptionLayout layout)
    {
        foreach (var model in layout.Models)
        {
            yield return Inner(model.Network, model.Subnet) with
            {
                Labels = ImmutableSortedDictionary<string, string>.Empty
                    .Add(GateNetworks.ModelLabel, model.Container.Name)
                    .Add(GateNetworks.LeftLabel, string.Join(',', model.Leaves.Select(static left => left.Network))),
            };
        }
        foreach (var app in layout.Apps) yield return Inner(app.Network, app.Subnet);
        if (layout.Uplink is not { } uplink) yield break;
        yield return new CreateNetworkStep(
            uplink.Network, uplink.Subnet.Range.ToString(), uplink.Subnet.Dynamic.ToString(),
            false, ImmutableSortedDictionary<string, string>.Empty);
    }

    private static CreateNetworkStep Inner(string name, Subnet subnet)
        => new(name, subnet.Range.ToString(), subnet.Dynamic.ToString(), true, NoHostAddress);

    private static IEnumerable<AdoptionStep> Gate(AdoptionLayout layout, GateSpec gate)
    {
        var endpoints = layout.Apps.Select(static app => app.GateEndpoint)
            .Concat(layout.Models.Select(static model => new EndpointSpec(model.Network)
            {
                Address = model.Subnet.Gate.ToString(),
                HasStaticConfiguration = true,
            }))
            .ToList();
        // Ports of the host are taken over later, when their present holder has let go of them.
        if (layout.Uplink is { Ports.Length: 0 } uplink) endpoints.Add(uplink.GateEndpoint);
        yield return new CreateGateStep(gate.Name, gate.Image, gate.Home, gate.Uid, endpoints[0])
        {
            Ports = [.. (layout.Uplink?.Ports ?? []).Select(static port => port.Published)],
        };
        foreach (var endpoint in endpoints.Skip(1))
            yield return new JoinNetworkStep(new ContainerName("", gate.Name), endpoint);
        yield return new StartGateStep(gate.Name);
    }

    /// <summary>
    /// Models without a port on the host just leave. One with such a port has to leave its new network too for a
    /// moment: the engine would otherwise publish the port there again (measured with 20.10).
    /// </summary>
    private static IEnumerable<AdoptionStep> Switch(AdoptionLayout layout, ContainerName gate)
    {
        var holders = layout.Models.Where(static model => model.GivesPorts).ToArray();
        foreach (var model in holders)
        {
            yield return new LeaveNetworkStep(ContainerName.Of(model.Container), model.Endpoint);
            // The gate may hold connections already, and would wait on them for an answer.
            yield return new CutConnectionsStep(gate, [model.Subnet.Model.ToString()]);
        }
        foreach (var model in layout.Models)
        {
            foreach (var endpoint in model.Leaves)
                yield return new LeaveNetworkStep(ContainerName.Of(model.Container), endpoint);
        }
        if (layout.Uplink is { Ports.Length: > 0 } uplink) yield return new JoinNetworkStep(gate, uplink.GateEndpoint);
        foreach (var taken in layout.Addresses) yield return new TakeAddressStep(gate, taken.Network, taken.Address);
        foreach (var model in holders)
        {
            yield return new JoinNetworkStep(ContainerName.Of(model.Container), model.Endpoint);
            if (model.Container.IsRunning)
                yield return new GreetGateStep(ContainerName.Of(model.Container), model.Subnet.Gate.ToString());
        }
        foreach (var app in layout.Apps)
        {
            ImmutableArray<string> old = [.. app.Models.SelectMany(static model => model.LeftAddresses)];
            if (old.Length == 0) continue;
            foreach (var container in app.Containers.Where(
                static one => one is { IsRunning: true, IsRestarting: false }))
            {
                yield return new CutConnectionsStep(ContainerName.Of(container), old);
            }
        }
    }

    /// <summary>
    /// Every app that runs is tried by each name, address and port by which it calls; every path that stays as it was
    /// still has to lead somewhere.
    /// </summary>
    private static IEnumerable<AdoptionStep> Verifications(AdoptionLayout layout)
    {
        foreach (var app in layout.Apps)
        {
            foreach (var container in app.Containers.Where(static container => container.IsRunning))
            {
                yield return new VerifyJobStep(app.Job, ContainerName.Of(container),
                    [.. app.Models.Where(static model => model.Container.IsRunning).SelectMany(model
                        => app.UsedNames(model).Select(name => new ProbeCall(
                            name, model.Port, ListPath(model), app.Subnet.Gate.ToString())))])
                {
                    Unreachable = [.. app.Models.SelectMany(model => model.LeftAddresses
                        .Where(address => layout.Addresses.All(taken => taken.Address != address))
                        .Select(address => $"{Bracket(address)}:{model.Port}"))],
                    MayBeDown = container.IsUnsteady,
                };
            }
        }
        foreach (var taken in layout.Addresses.Where(static taken => taken.Model.Container.IsRunning))
        {
            foreach (var caller in taken.Callers)
            {
                yield return new VerifyJobStep(taken.Job, ContainerName.Of(caller),
                    [new ProbeCall(taken.Address, taken.Model.Port, ListPath(taken.Model), null)]);
            }
        }
        foreach (var port in (layout.Uplink?.Ports ?? []).Where(static port => port.Model.Container.IsRunning))
        {
            foreach (var host in HostsOf(port))
            {
                yield return new VerifyJobStep(port.Job, null,
                    [new ProbeCall(host, port.Published.HostPort, ListPath(port.Model), null)]);
            }
        }
        foreach (var caller in layout.PortCallers)
        {
            if (caller.Caller is not { } container || !caller.Port.Model.Container.IsRunning) continue;
            yield return new VerifyJobStep(caller.Port.Job, ContainerName.Of(container), [new ProbeCall(
                caller.Address, caller.Port.Published.HostPort, ListPath(caller.Port.Model), null)]);
        }
        foreach (var path in layout.Bypasses)
        {
            if (path is not { From: { } from, Address.Length: > 0 }) continue;
            yield return new VerifyJobStep("", ContainerName.Of(from), []) { Reachable = [path.Address] };
        }
    }

    /// <summary>The host's addresses at which a port is tried; of IPv6 only where the engine has it there.</summary>
    private static IEnumerable<string> HostsOf(PortPlace port)
    {
        if (port.Published.HostAddress is "" or "0.0.0.0") yield return "127.0.0.1";
        var isOnIpv6 = port.Published.HostAddress.Length == 0 && port.Model.Container.Ports.Any(
            live => live.HostPort == port.Published.HostPort && live.HostAddress == "::");
        if (port.Published.HostAddress == "::" || isOnIpv6) yield return "::1";
        if (!port.Published.IsEverywhere) yield return port.Published.HostAddress;
    }

    private static string ListPath(AdoptedServer model)
        => model.Provider == Estate.ModelProvider.Ollama ? "/api/tags" : "/v1/models";

    private static string Bracket(string address)
        => address.Contains(':', StringComparison.Ordinal) ? $"[{address}]" : address;
}
