using System.Collections.Immutable;
using Gatehouse.Core.Discovery;
using Gatehouse.Core.Engine;
using Gatehouse.Core.Inspection;
using Gatehouse.Core.Systemd;

namespace Gatehouse.Inspection;

/// <summary>Chooses what to inspect, and inspects it.</summary>
internal static class InspectionRun
{
    /// <summary>Everything that is a job or looks like one; with <paramref name="all"/> every container.</summary>
    public static Task<ImmutableArray<InspectedSubject>> AnyAsync(
        InspectionInput input, bool all, CancellationToken stop)
    {
        return CheckAsync(
            input,
            input.Scene.View.Containers.Where(one => all || input.JobOf(one) is not null || IsOfModels(input, one)),
            input.Units.Where(one => input.JobOf(one) is not null || input.IsFound(one)),
            input.Processes.Where(one => input.JobOf(one) is not null || input.IsFound(one)),
            input.HasEngine, stop);
    }

    /// <summary>What has this name: the engine, a job of the estate, a container, a Compose service, a unit.</summary>
    public static Task<ImmutableArray<InspectedSubject>> NamedAsync(
        InspectionInput input, string name, CancellationToken stop)
        => CheckAsync(
            input,
            input.Scene.View.Containers.Where(one => input.JobOf(one)?.Key == name || one.Name == name
                || one.ComposeService == name
                || (name.Length >= 12 && one.Id.StartsWith(name, StringComparison.Ordinal))),
            input.Units.Where(
                one => input.JobOf(one)?.Key == name || one.Name == name || one.Name == $"{name}.service"),
            input.Processes.Where(one => input.JobOf(one)?.Key == name || one.Program == name),
            input.HasEngine && name == FindingSubject.Engine.KindWord, stop);

    private static async Task<ImmutableArray<InspectedSubject>> CheckAsync(
        InspectionInput input, IEnumerable<ContainerFacts> containers, IEnumerable<UnitFacts> units,
        IEnumerable<ProcessFacts> processes, bool hasEngine, CancellationToken stop)
    {
        var subjects = new List<InspectedSubject>();
        if (hasEngine) subjects.Add(new InspectedSubject(FindingSubject.Engine, null, Inspector.Check(input.Scene)));
        subjects.AddRange(containers.Select(one => new InspectedSubject(
            new FindingSubject(SubjectKind.Container, one.Name), input.JobOf(one)?.Key,
            Inspector.Check(one, input.Scene))));
        var host = input.Scene.Host;
        var chosen = units.ToArray();
        var exposures = await Task.WhenAll(chosen.Select(one => ExposureScan.ReadAsync(one, stop)));
        subjects.AddRange(chosen.Zip(exposures, (one, exposure) => new InspectedSubject(
            new FindingSubject(SubjectKind.Unit, one.Name), input.JobOf(one)?.Key,
            Inspector.Check(one, exposure, host))));
        subjects.AddRange(processes.Select(one => new InspectedSubject(
            FindingSubject.Of(one), input.JobOf(one)?.Key, Inspector.Check(one, host))));
        return InspectedSubject.Sorted(subjects);
    }

    /// <summary>Discovery knows most images; a name helps where it does not know one.</summary>
    private static bool IsOfModels(InspectionInput input, ContainerFacts container)
        => input.Scene.Gatehouse.ModelServers.Contains(container.Id) || input.IsFound(container, DiscoveredKind.Job)
            || (SoftwareTable.Find(container.Image) is null
                && (InspectionInput.IsKnown(container.Name)
                    || InspectionInput.IsKnown(container.ComposeService ?? "")));
}

/// <summary>One subject that was inspected, with its findings.</summary>
/// <param name="Subject">The subject.</param>
/// <param name="Job">The job of the estate that it is; null when it is none.</param>
/// <param name="Findings">What was found, the worst first.</param>
internal sealed record InspectedSubject(FindingSubject Subject, string? Job, ImmutableArray<Finding> Findings)
{
    public Severity? Worst => Findings.IsEmpty ? null : Findings[0].Severity;

    /// <summary>Worst first; among equals the one with more of it, then by name.</summary>
    public static ImmutableArray<InspectedSubject> Sorted(IEnumerable<InspectedSubject> subjects) =>
        [.. subjects.OrderByDescending(static one => one.Worst.HasValue).ThenByDescending(static one => one.Worst)
            .ThenByDescending(static one => one.Findings.Count(finding => finding.Severity == one.Worst))
            .ThenBy(static one => one.Subject.Name, StringComparer.Ordinal)];
}
