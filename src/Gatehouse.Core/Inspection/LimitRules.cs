using System.Collections.Immutable;

namespace Gatehouse.Core.Inspection;

/// <summary>How much of the host one container may use up, and how it is kept running.</summary>
internal static class LimitRules
{
    /// <summary>A chain of more is hard to follow by eye when something goes wrong; as in the risk of a job.</summary>
    private const int ChainCalmMax = 5;

    private const string DependsOn = "com.docker.compose.depends_on";

    public static readonly InspectionRule NoMemory = new(
        "GH-LIM-001", Severity.Low, "It may use all memory.",
        "A prompt that grows, or a leak, ends other services of the host before it ends this one.");

    public static readonly InspectionRule NoProcesses = new(
        "GH-LIM-002", Severity.Low, "It may start any number of processes.",
        "A tool call that forks without end stops the whole host.");

    public static readonly InspectionRule NoProcessor = new(
        "GH-LIM-003", Severity.Info, "It may use all processors.",
        "While a model runs, everything else waits.");

    public static readonly InspectionRule NoHealth = new(
        "GH-RUN-001", Severity.Info, "Nobody checks whether it works.",
        "Without a health check the engine calls it running while it answers nothing.");

    public static readonly InspectionRule Returns = new(
        "GH-RUN-002", Severity.Medium, "It owns the host, and comes back by itself.",
        "Whoever stops it in need finds it running again after the next start of the engine.");

    public static readonly InspectionRule LongChain = new(
        "GH-RUN-003", Severity.Low, "It depends on more than five services.",
        "In a long chain nobody sees which link changed an answer, and each link may send on what it reads.");

    public static ImmutableArray<InspectionRule> All =>
        [NoMemory, NoProcesses, NoProcessor, NoHealth, Returns, LongChain];

    public static IEnumerable<Finding> Check(ContainerCase one)
    {
        var rights = one.Privileges;
        if (rights.MemoryBytes <= 0)
            yield return one.Find(NoMemory, "HostConfig.Memory: 0", "Compose: mem_limit: 2g, or what it needs.");
        if (rights.PidsLimit is null or <= 0)
        {
            yield return one.Find(NoProcesses, $"HostConfig.PidsLimit: {rights.PidsLimit?.ToString("D") ?? "null"}",
                "Compose: pids_limit: 256, or what it needs.");
        }
        if (rights.NanoCpus <= 0)
            yield return one.Find(NoProcessor, "HostConfig.NanoCpus: 0", "Compose: cpus: 2, or what it needs.");
        if (one.Container.IsRunning && one.Container.Health.Length == 0)
            yield return one.Find(NoHealth, "State.Health: none", "Compose: healthcheck: with a test.");
        var policy = one.Container.RestartPolicy;
        if (policy is "always" or "unless-stopped" && OwnsHost(one))
        {
            yield return one.Find(Returns, $"HostConfig.RestartPolicy: {policy}",
                "Compose: restart: \"no\" until it is contained.");
        }
        var chain = ChainOf(one);
        if (chain.Count > ChainCalmMax)
        {
            yield return one.Find(LongChain, $"{chain.Count} services: {string.Join(", ", chain)}",
                "Split the job, or name the links in its pipeline: so that the estate shows them.");
        }
    }

    private static bool OwnsHost(ContainerCase one) => one.Privileges.IsPrivileged
        || SocketRules.Check(one).Any(static finding => finding.Rule == SocketRules.EngineSocket);

    /// <summary>What the estate says, else all services that Compose starts first, its own among them.</summary>
    private static List<string> ChainOf(ContainerCase one)
    {
        if (one.Scene.Gatehouse.Pipelines.TryGetValue(one.Container.Id, out var declared) && !declared.IsEmpty)
            return [.. declared];
        if (one.Container.ComposeService is not { } service || one.Container.ComposeProject is not { } project)
            return [];
        var chain = new List<string> { service };
        for (var next = 0; next < chain.Count; next++)
        {
            var container = one.Scene.View.Containers.FirstOrDefault(other =>
                other.ComposeProject == project && other.ComposeService == chain[next]);
            foreach (var before in Before(container?.Labels.GetValueOrDefault(DependsOn)))
            {
                if (!chain.Contains(before)) chain.Add(before);
            }
        }
        return chain;
    }

    /// <summary>
    /// The form <c>db:service_started:false,cache:service_healthy:true</c>; older releases wrote names alone.
    /// </summary>
    private static IEnumerable<string> Before(string? label) => (label ?? "")
        .Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        .Select(static item => item.Split(':')[0]);
}
