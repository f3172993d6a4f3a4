using System.Collections.Immutable;
using Gatehouse.Core.Discovery;
using Gatehouse.Core.Discovery.UnitFiles;
using Gatehouse.Core.Engine;
using Gatehouse.Core.Estate;
using Gatehouse.Core.Inspection;
using Gatehouse.Core.NextSteps;
using Gatehouse.Core.Systemd;
using Gatehouse.Discovery;
using Gatehouse.Docker;
using Gatehouse.Estate;
using Gatehouse.Linux;

namespace Gatehouse.Inspection;

/// <summary>What inspection looks at on this host, read once: engine, services, processes, estate.</summary>
internal sealed record InspectionInput
{
    private static readonly EngineView NoEngine = new(
        new EngineFacts { Version = "", Api = ApiVersion.Oldest }, [], []);

    public required InspectionScene Scene { get; init; }

    public required IReadOnlyList<UnitFacts> Units { get; init; }

    public required IReadOnlyList<ProcessFacts> Processes { get; init; }

    /// <summary>The estate; null when there is none, or none that can be read.</summary>
    public EstatePlan? Plan { get; init; }

    /// <summary>What discovery makes of the containers, the units and the running processes.</summary>
    public required ImmutableArray<DiscoveredItem> Discoveries { get; init; }

    /// <summary>What could not be looked at, as sentences that say what to do.</summary>
    public required ImmutableArray<string> NotSeen { get; init; }

    /// <summary>The same for the choice of a next step.</summary>
    public required ImmutableHashSet<StepSource> Unseen { get; init; }

    /// <summary>Looks.</summary>
    /// <param name="home">The gate's home; it need not exist.</param>
    /// <param name="docker">The engine's address as asked for; null for the usual one.</param>
    /// <param name="stop">Ends the look.</param>
    /// <exception cref="EngineException">An engine was asked for by its address and cannot be used.</exception>
    public static async Task<InspectionInput> ScanAsync(string home, string? docker, CancellationToken stop)
    {
        var missed = ImmutableArray.CreateBuilder<string>();
        var unseen = ImmutableHashSet.CreateBuilder<StepSource>();
        var plan = PlanOf(home, missed, unseen);
        var view = NoEngine;
        try
        {
            using var engine = await EngineClient.ConnectAsync(EngineAddress.Find(docker), stop);
            view = await EngineScan.AllAsync(engine, stop);
        }
        catch (EngineException error) when (docker is null)
        {
            missed.Add($"Containers: {error.Message}");
            unseen.Add(StepSource.Engine);
        }
        var host = await HostScan.ReadAsync(view.Containers.Select(static one => one.ProcessId), stop);
        if (!Environment.IsPrivilegedProcess)
        {
            missed.Add("Only root can see processes of other users: sudo gatehouse inspect");
        }
        var discoveries = Classifier.Find(new HostObservations { Observations = Observations(view), Estate = plan });
        var servers = discoveries.Where(static discovered => discovered.Kind == DiscoveredKind.Server)
            .SelectMany(static discovered => discovered.Identities)
            .Where(static one => one.Kind == IdentityKind.Container)
            .Select(static one => one.Name).ToHashSet(StringComparer.Ordinal);
        var gatehouse = GatehouseReader.Read(view, Directory.Exists(home) ? home : null, plan, servers);
        var own = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        return new InspectionInput
        {
            Scene = new InspectionScene(view, host, gatehouse),
            Units = UnitScan.Services("", own.Length > 0 ? own : null),
            Processes = ProcessScan.Bare(),
            Plan = plan,
            Discoveries = discoveries,
            NotSeen = missed.ToImmutable(),
            Unseen = unseen.ToImmutable(),
        };
    }

    /// <summary>Whether an engine was looked at.</summary>
    public bool HasEngine => Scene.View.Engine.Version.Length > 0;

    /// <summary>The job that a container is; null when it is none.</summary>
    public JobPlan? JobOf(ContainerFacts container) => Scene.Gatehouse.Gates.Contains(container.Id) ? null
        : JobBy(job => JobMatch.IsOf(job, container, Scene.View));

    /// <summary>Whether discovery takes a container for something of this kind.</summary>
    public bool IsFound(ContainerFacts container, DiscoveredKind kind, DiscoveredState? state = null)
        => Discoveries.Any(discovered =>
        discovered.Kind == kind && (state is null || discovered.State == state)
            && discovered.Identities.Contains(ObservationIdentity.Container(container.Name)));

    /// <summary>Whether discovery takes a unit for a job or a model server, or knows its program as one.</summary>
    public bool IsFound(UnitFacts unit) => IsFound(ObservationIdentity.Unit(unit.Name))
        || IsKnown(unit.Name[..^".service".Length].Split('@')[0])
        || (unit.Words("Service", "ExecStart").FirstOrDefault() is { } program
            && IsKnown(Path.GetFileName(program.TrimStart('@', '-', ':', '+', '!'))));

    /// <summary>The same for a process.</summary>
    public bool IsFound(ProcessFacts process)
        => IsFound(ObservationIdentity.Process(process.Id)) || IsKnown(process.Program);

    /// <summary>Whether a name is that of software which serves or calls models.</summary>
    public static bool IsKnown(string name) => SoftwareTable.Find(name)?.Role
        is SoftwareRole.Server or SoftwareRole.Proxy or SoftwareRole.App or SoftwareRole.Platform;

    public JobPlan? JobOf(UnitFacts unit) => JobBy(job => JobMatch.IsOf(job, unit));

    public JobPlan? JobOf(ProcessFacts process) => JobBy(job => JobMatch.IsOf(job, process, UidOf(job)));

    private bool IsFound(ObservationIdentity identity)
        => Discoveries.Any(discovered => discovered.Identities.Contains(identity));

    /// <summary>What can be inspected, by discovery's own readers. No model server is asked anything here.</summary>
    private static ImmutableArray<Observation> Observations(EngineView view)
    {
        var files = new HostFiles("/");
        var scripts = new ScriptCache(files.ReadScript);
        return [.. ContainerObservations.Of(view),
            .. HostUnitReader.Read(files, HostUser.All(files)).SelectMany(set => UnitObservations.Of(set, scripts)),
            .. new LiveScan("/proc", view).Take([]).Observations];
    }

    private static long? UidOf(JobPlan job)
    {
        if (job.RunAs?.Uid is { } uid) return uid;
        return job.RunAs?.UserName is { } name ? UserNames.UidOf(name) : null;
    }

    private JobPlan? JobBy(Func<JobPlan, bool> isOf) => Plan?.Jobs.Values
        .OrderBy(static job => job.Key, StringComparer.Ordinal).FirstOrDefault(isOf);

    private static EstatePlan? PlanOf(
        string home, ImmutableArray<string>.Builder missed, ImmutableHashSet<StepSource>.Builder unseen)
    {
        if (!File.Exists(EstateFile.PathIn(home))) return null;
        var reading = EstateFile.Read(home);
        if (reading.Plan is null)
        {
            unseen.Add(StepSource.Estate);
            missed.Add($"The estate has errors, so no job is known: gatehouse jobs --home {home}");
        }
        return reading.Plan;
    }
}
