using System.Collections.Immutable;
using Gatehouse.Core.Discovery;
using Gatehouse.Core.Engine;
using Gatehouse.Core.Inspection;
using Gatehouse.Core.Units;
using Gatehouse.Inspecting;

namespace Gatehouse.Cli;

/// <summary>Chooses what to inspect, and inspects it.</summary>
internal static class InspectedJobs
{
    /// <summary>Everything that is a job or looks like one; with <paramref name="all"/> every container.</summary>
    public static Task<ImmutableArray<InspectedSubject>> AnyAsync(
        InspectedHouse house, bool all, CancellationToken stop)
    {
        return CheckAsync(
            house,
            house.Scene.View.Containers.Where(one => all || house.JobOf(one) is not null || IsOfModels(house, one)),
            house.Units.Where(one => house.JobOf(one) is not null || house.IsFound(one)),
            house.Processes.Where(one => house.JobOf(one) is not null || house.IsFound(one)),
            house.HasEngine, stop);
    }

    /// <summary>What has this name: the engine, a job of the estate, a container, a Compose service, a unit.</summary>
    public static Task<ImmutableArray<InspectedSubject>> NamedAsync(
        InspectedHouse house, string name, CancellationToken stop)
        => CheckAsync(
            house,
            house.Scene.View.Containers.Where(one => house.JobOf(one)?.Key == name || one.Name == name
                || one.ComposeService == name
                || (name.Length >= 12 && one.Id.StartsWith(name, StringComparison.Ordinal))),
            house.Units.Where(
                one => house.JobOf(one)?.Key == name || one.Name == name || one.Name == $"{name}.service"),
            house.Processes.Where(one => house.JobOf(one)?.Key == name || one.Program == name),
            house.HasEngine && name == FindingSubject.Engine.KindWord, stop);

    private static async Task<ImmutableArray<InspectedSubject>> CheckAsync(
        InspectedHouse house, IEnumerable<ContainerFacts> containers, IEnumerable<UnitFacts> units,
        IEnumerable<ProcessFacts> processes, bool hasEngine, CancellationToken stop)
    {
        var subjects = new List<InspectedSubject>();
        if (hasEngine) subjects.Add(new InspectedSubject(FindingSubject.Engine, null, Inspector.Check(house.Scene)));
        subjects.AddRange(containers.Select(one => new InspectedSubject(
            new FindingSubject(SubjectKind.Container, one.Name), house.JobOf(one)?.Key,
            Inspector.Check(one, house.Scene))));
        var host = house.Scene.Host;
        var chosen = units.ToArray();
        var exposures = await Task.WhenAll(chosen.Select(one => ExposureLook.ReadAsync(one, stop)));
        subjects.AddRange(chosen.Zip(exposures, (one, exposure) => new InspectedSubject(
            new FindingSubject(SubjectKind.Unit, one.Name), house.JobOf(one)?.Key,
            Inspector.Check(one, exposure, host))));
        subjects.AddRange(processes.Select(one => new InspectedSubject(
            FindingSubject.Of(one), house.JobOf(one)?.Key, Inspector.Check(one, host))));
        return InspectedSubject.Sorted(subjects);
    }

    /// <summary>Discovery knows most images; a name helps where it does not know one.</summary>
    private static bool IsOfModels(InspectedHouse house, ContainerFacts container)
        => house.Scene.House.ModelServers.Contains(container.Id) || house.IsFound(container, FindKind.Job)
            || (SoftwareTable.Find(container.Image) is null
                && (InspectedHouse.IsKnown(container.Name)
                    || InspectedHouse.IsKnown(container.ComposeService ?? "")));
}
