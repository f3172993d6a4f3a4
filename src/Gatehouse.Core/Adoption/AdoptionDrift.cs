using System.Collections.Immutable;
using Gatehouse.Core.Engine;

namespace Gatehouse.Core.Adoption;

/// <summary>
/// What people and their tools changed of an adoption that is in place. Compose before version 2, for one, puts
/// containers back into the networks of its file each time that it starts them: the model is beside the gate again.
/// </summary>
public static class AdoptionDrift
{
    /// <summary>
    /// What the engine shows of it, as sentences; empty where nothing is adopted or nothing changed. It needs no
    /// journal, so that everyone who may read the engine sees it.
    /// </summary>
    /// <param name="view">The engine now.</param>
    public static ImmutableArray<string> SeenIn(EngineView view)
    {
        ArgumentNullException.ThrowIfNull(view);
        var networks = view.Networks
            .Where(static network => network.Labels.ContainsKey(GateNetworks.AdoptionLabel)).ToArray();
        if (networks.Length == 0) return [];
        var gates = view.Containers.Where(static one => one.Labels.ContainsKey(GateNetworks.AdoptionLabel)).ToArray();
        var says = ImmutableArray.CreateBuilder<string>();
        if (gates.Length == 0) says.Add("The gate's container is gone: no adopted app can call a model.");
        foreach (var gate in gates.Where(static one => !one.IsRunning))
            says.Add($"The gate's container {gate.Name} does not run: no adopted app can call a model.");
        foreach (var network in networks.OrderBy(static network => network.Name, StringComparer.Ordinal))
        {
            var inside = view.Containers.Where(one => !gates.Contains(one) && StandsIn(one, network.Name)).ToArray();
            if (network.Name.StartsWith(GateNetworks.OfModel, StringComparison.Ordinal))
                says.AddRange(OfModel(network, inside, gates));
            else if (network.Name.StartsWith(GateNetworks.OfApp, StringComparison.Ordinal) && inside.Length == 0)
                says.AddRange(OfApp(network.Name[GateNetworks.OfApp.Length..], view));
        }
        return says.ToImmutable();
    }

    /// <summary>
    /// The steps that fix it, from what the journals say was done. They bring everything to where the adoption put it,
    /// so its own undo takes them back, and they need none.
    /// </summary>
    /// <param name="view">The engine now.</param>
    /// <param name="done">The steps of all adoptions that are in place, oldest first.</param>
    /// <param name="gateName">The gate's container.</param>
    public static ImmutableArray<AdoptionStep> Fix(
        EngineView view, IReadOnlyCollection<AdoptionStep> done, string gateName)
    {
        ArgumentNullException.ThrowIfNull(view);
        ArgumentNullException.ThrowIfNull(done);
        if (view.Container(gateName) is not { } gate) return [];
        var (steps, later, old) = (new List<AdoptionStep>(), new List<AdoptionStep>(), new List<string>());
        foreach (var join in Joins(done, GateNetworks.OfModel, gateName))
        {
            if (Find(view, join.Container) is not { } model) continue;
            var name = ContainerName.Of(model);
            var back = PutBack(model, join, done);
            var isInside = StandsIn(model, join.Endpoint.Network);
            foreach (var endpoint in back) steps.Add(new LeaveNetworkStep(name, EndpointSpec.Of(endpoint, model.Id)));
            old.AddRange(back.SelectMany(static endpoint => new[] { endpoint.Address, endpoint.Address6 })
                .Where(static address => address.Length > 0));
            // The engine would publish its port there now, and the gate, which has that port, could not start.
            var isInTheWay = !gate.IsRunning && isInside && model.AskedPorts.Length > 0 && back.Length > 0;
            if (isInTheWay) steps.Add(new LeaveNetworkStep(name, join.Endpoint));
            if (isInTheWay || !isInside) later.Add(join with { Container = name });
            if (!model.IsRunning && (back.Length > 0 || !isInside)) later.Add(new StartContainerStep(name));
        }
        if (!gate.IsRunning) steps.Add(new StartGateStep(gateName));
        steps.AddRange(later);
        foreach (var join in Joins(done, GateNetworks.OfApp, gateName))
        {
            if (Find(view, join.Container) is not { } app) continue;
            if (!StandsIn(app, join.Endpoint.Network))
                steps.Add(new JoinNetworkStep(ContainerName.Of(app), join.Endpoint));
            if (old.Count > 0 && app.IsRunning)
                steps.Add(new CutConnectionsStep(ContainerName.Of(app), [.. old]));
        }
        return steps.Count == 0 ? [] : [.. steps, .. Verifications(view, done, old)];
    }

    /// <summary>The networks that a model had left and is in again.</summary>
    private static EndpointFact[] PutBack(
        ContainerFacts model, JoinNetworkStep join, IReadOnlyCollection<AdoptionStep> done)
    {
        var left = done.OfType<LeaveNetworkStep>()
            .Where(step => step.Container.Id == join.Container.Id || step.Container.Name == model.Name)
            .Select(static step => step.Before.Network).ToHashSet(StringComparer.Ordinal);
        return [.. model.Endpoints.Where(endpoint => left.Contains(endpoint.Network)
            && !endpoint.Network.StartsWith(GateNetworks.Prefix, StringComparison.Ordinal))];
    }

    /// <summary>The calls that the adoption tried, from inside the containers that are there now.</summary>
    private static IEnumerable<AdoptionStep> Verifications(
        EngineView view, IReadOnlyCollection<AdoptionStep> done, List<string> old)
    {
        foreach (var verify in done.OfType<VerifyJobStep>().Where(static step => step.Calls.Length > 0)
            .DistinctBy(static step => step.Says))
        {
            var ports = verify.Calls.Select(static call => call.Port).Distinct();
            var unreachable = old.SelectMany(address => ports.Select(port
                => address.Contains(':', StringComparison.Ordinal) ? $"[{address}]:{port}" : $"{address}:{port}"));
            if (verify.Container is not { } name)
                yield return verify with { Unreachable = [] };
            else if (Find(view, name) is { IsRunning: true } app)
                yield return verify with { Container = ContainerName.Of(app), Unreachable = [.. unreachable] };
        }
    }

    /// <summary>Who was put into networks of a kind, each once.</summary>
    private static IEnumerable<JoinNetworkStep> Joins(
        IEnumerable<AdoptionStep> done, string kind, string gateName) => done.OfType<JoinNetworkStep>()
            .Where(step => step.Endpoint.Network.StartsWith(kind, StringComparison.Ordinal))
            .Where(step => step.Container.Name != gateName)
            .DistinctBy(static step => (step.Container.Name, step.Endpoint.Network));

    private static ContainerFacts? Find(EngineView view, ContainerName name)
        => (name.Id.Length > 0 ? view.Container(name.Id) : null) ?? view.Container(name.Name);

    private static bool StandsIn(ContainerFacts container, string network)
        => container.Endpoints.Any(endpoint => endpoint.Network == network);

    private static IEnumerable<string> OfModel(NetworkFacts network, ContainerFacts[] inside, ContainerFacts[] gates)
    {
        // Others may be there too, as a proxy that leads to the model; older adoptions did not name their model.
        var name = network.Labels.GetValueOrDefault(GateNetworks.ModelLabel);
        var left = network.Labels.GetValueOrDefault(GateNetworks.LeftLabel)?.Split(',');
        var models = inside.Where(one => name is null || one.Name == name).ToArray();
        if (models.Length == 0)
        {
            yield return $"{name ?? "No model server"} is no longer in {network.Name}, behind the gate: it was "
                + "recreated or disconnected.";
        }
        var taken = gates.Where(static gate => gate.IsRunning).SelectMany(static gate => gate.AskedPorts)
            .Select(static port => port.HostPort).ToHashSet();
        foreach (var model in models)
        {
            var beside = model.Endpoints.Select(static endpoint => endpoint.Network)
                .Where(one => left is null ? !one.StartsWith(GateNetworks.Prefix, StringComparison.Ordinal)
                    : left.Contains(one)).Order(StringComparer.Ordinal).ToArray();
            if (beside.Length == 0) continue;
            yield return $"{model.ShownName} is beside the gate again, in {string.Join(", ", beside)}: "
                + "calls to it over there are neither on record nor limited.";
            if (!model.IsRunning && model.AskedPorts.FirstOrDefault(port => taken.Contains(port.HostPort)) is { } port)
            {
                yield return $"{model.ShownName} does not run, and cannot start there: the gate has its port "
                    + FormattableString.Invariant($"{port.HostPort} of this host.");
            }
        }
    }

    /// <summary>An app that is gone needs nothing; one that is there in other networks bypasses the gate.</summary>
    private static IEnumerable<string> OfApp(string job, EngineView view) => view.Containers
        .Where(one => one.ShownName == job || one.Name == job).Take(1)
        .Select(one => $"{one.Name} is no longer in the network of its job {job}: it was recreated or disconnected, "
            + "and its calls do not go through the gate.");
}
