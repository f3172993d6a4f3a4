using System.Collections.Immutable;
using System.Net;
using Gatehouse.Core.Engine;
using Gatehouse.Core.Estate;

namespace Gatehouse.Core.Adoption;

/// <summary>
/// What earlier adoptions put in place: read from what their journals say was done and what the engine shows now.
/// </summary>
public sealed record ExistingLayout
{
    /// <summary>The model servers behind the gate.</summary>
    public ImmutableArray<AdoptedServer> Models { get; private init; } = [];

    /// <summary>The apps in front of it.</summary>
    public ImmutableArray<AppPlace> Apps { get; private init; } = [];

    /// <summary>Why nothing can be added to it, as a sentence; null where it can.</summary>
    public string? Fault { get; private init; }

    /// <summary>Reads it.</summary>
    /// <param name="view">The engine now.</param>
    /// <param name="steps">The steps of all adoptions that are in place, oldest first.</param>
    /// <param name="gateName">The gate's container.</param>
    /// <param name="estate">What is declared.</param>
    public static ExistingLayout Of(
        EngineView view, IReadOnlyCollection<AdoptionStep> steps, string gateName, EstatePlan estate)
    {
        ArgumentNullException.ThrowIfNull(view);
        ArgumentNullException.ThrowIfNull(estate);
        if (view.Container(gateName) is not { IsRunning: true })
            return Broken($"the gate's container {gateName} does not run");
        var subnets = Subnets(steps, gateName);
        var models = new List<AdoptedServer>();
        foreach (var join in steps.OfType<JoinNetworkStep>()
            .Where(static join => join.Endpoint.Network.StartsWith(GateNetworks.OfModel, StringComparison.Ordinal))
            .Where(join => join.Container.Name != gateName).DistinctBy(static join => join.Endpoint.Network))
        {
            var network = join.Endpoint.Network;
            if ((view.Container(join.Container.Id) ?? view.Container(join.Container.Name)) is not { } container
                || container.Endpoints.All(endpoint => endpoint.Network != network))
            {
                return Broken($"{join.Container.Name} was recreated since then, or disconnected from {network}");
            }
            var entry = estate.Models.Values.Where(model => model.Url.Host == join.Endpoint.Address)
                .OrderBy(static model => !model.IsAny).FirstOrDefault();
            if (entry is null || !subnets.TryGetValue(network, out var subnet))
                return Broken($"the estate has no model at {join.Endpoint.Address} any more");
            models.Add(Model(container, entry, subnet, steps));
        }
        var apps = subnets.Keys.Where(static name => name.StartsWith(GateNetworks.OfApp, StringComparison.Ordinal))
            .Select(name => App(view, name, subnets[name], gateName, models)).ToImmutableArray();
        return new ExistingLayout { Models = [.. models], Apps = apps };
    }

    /// <summary>Networks that a model server was in before it went behind the gate.</summary>
    /// <param name="model">The server.</param>
    public static IEnumerable<string> FormerNetworks(AdoptedServer model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return model.Leaves.Select(static endpoint => endpoint.Network);
    }

    private static ExistingLayout Broken(string why) => new()
    {
        Fault = $"An adoption is in place, and {why}. Undo it (gatehouse adopt --undo), then adopt everything at once.",
    };

    private static AdoptedServer Model(
        ContainerFacts container, ModelPlan entry, Subnet subnet, IReadOnlyCollection<AdoptionStep> steps)
    {
        var leaves = steps.OfType<LeaveNetworkStep>()
            .Where(step => step.Container.Id == container.Id || step.Container.Name == container.Name)
            .Select(static step => step.Before)
            .Where(static before => !before.Network.StartsWith(GateNetworks.Prefix, StringComparison.Ordinal))
            .DistinctBy(static before => before.Network).ToImmutableArray();
        var first = container.ShownName;
        var network = container.Endpoints.First(static endpoint
            => endpoint.Network.StartsWith(GateNetworks.OfModel, StringComparison.Ordinal)).Network;
        return new AdoptedServer
        {
            Key = entry.Key,
            Container = container,
            Provider = entry.Provider,
            Port = entry.Url.Port,
            Network = network,
            Subnet = subnet,
            Leaves = leaves,
            Names = [.. leaves.SelectMany(static before => before.Aliases).Append(container.Name).Append(first)
                .Distinct(StringComparer.Ordinal).OrderBy(name => name != first)
                .ThenBy(static name => name, StringComparer.Ordinal)],
            IsStanding = true,
        };
    }

    private static AppPlace App(
        EngineView view, string network, Subnet subnet, string gateName, List<AdoptedServer> models) => new()
        {
            Job = network[GateNetworks.OfApp.Length..],
            Containers = [.. view.Containers.Where(one => one.Name != gateName
                && one.Endpoints.Any(endpoint => endpoint.Network == network))],
            Network = network,
            Subnet = subnet,
            Models = [.. models],
            IsStanding = true,
        };

    /// <summary>The ranges of the networks that were made, with the gate's address in each.</summary>
    private static Dictionary<string, Subnet> Subnets(IReadOnlyCollection<AdoptionStep> steps, string gateName)
    {
        var gate = steps.OfType<JoinNetworkStep>().Where(step => step.Container.Name == gateName)
            .Select(static step => step.Endpoint)
            .Concat(steps.OfType<CreateGateStep>().Select(static step => step.FirstNetwork))
            .Where(static endpoint => endpoint.Address is not null)
            .DistinctBy(static endpoint => endpoint.Network)
            .ToDictionary(static endpoint => endpoint.Network, static endpoint => endpoint.Address!);
        return steps.OfType<CreateNetworkStep>().Where(step => gate.ContainsKey(step.Name))
            .DistinctBy(static step => step.Name)
            .ToDictionary(static step => step.Name, step => new Subnet(
                IPNetwork.Parse(step.Subnet), IPNetwork.Parse(step.Range), IPAddress.Parse(gate[step.Name])));
    }
}
