using System.Collections.Immutable;
using System.Globalization;
using Gatehouse.Core.Engine;

namespace Gatehouse.Core.Inspection;

/// <summary>
/// Ports that are published now, read from <c>NetworkSettings.Ports</c>; what was asked for may not be there.
/// </summary>
internal static class PortRules
{
    public static readonly InspectionRule Open = new(
        "GH-PRT-001", Severity.High, "Other machines reach a port of it.",
        "The engine's own rules pass published ports before ufw and most host firewalls see them. A model server on "
            + "such a port serves the whole network without identity or record.");

    public static readonly InspectionRule LoopbackLeak = new(
        "GH-PRT-002", Severity.Low, "A port published on 127.0.0.1 is open to neighbours on the wire.",
        "Before engine 28 a machine on the same network segment reaches such ports by routing to 127.0.0.1 through "
            + "the host.");

    public static readonly InspectionRule NotThere = new(
        "GH-PRT-003", Severity.Info, "A port that was asked for is not published.",
        "On an internal network the engine ignores publishing without an error. Anyone who trusts the settings "
            + "looks for the fault elsewhere, or believes that the service is open.");

    public static ImmutableArray<InspectionRule> All => [Open, LoopbackLeak, NotThere];

    public static IEnumerable<Finding> Check(ContainerCase one)
    {
        // A sharer opens its ports in the owner's network: what is published of the owner leads to it too.
        var published = one.Owner?.Ports ?? one.Container.Ports;
        var from = one.IsSharing && one.Owner is { } owner ? $" of {owner.Name}, whose network it shares" : "";
        foreach (var port in published.Where(static port => port.IsOpenToOthers).GroupBy(Inside))
            yield return OpenPort(one, port, from);
        if (one.Scene.Release is { } release && release.IsBefore(28))
        {
            foreach (var port in published.Where(static port => !port.IsOpenToOthers).GroupBy(Inside))
            {
                yield return one.Find(LoopbackLeak,
                    $"NetworkSettings.Ports{from}: {port.Key} on {Addresses(port)}; engine {release}",
                    new Remedy.Update("docker", "28", "Update the engine to 28 or later."), port.Key);
            }
        }
        if (!one.Container.IsRunning || one.IsSharing) yield break;
        var there = published.Select(Inside).ToHashSet(StringComparer.Ordinal);
        foreach (var port in one.Container.AskedPorts.Select(Inside).Distinct().Where(port => !there.Contains(port)))
        {
            yield return one.Find(NotThere,
                $"HostConfig.PortBindings: {port}, but NetworkSettings.Ports does not have it",
                new Remedy.RemoveComposeKey(
                    "ports", port, "Compose: remove it from ports:, or connect a network that is not internal."), port);
        }
    }

    private static Finding OpenPort(ContainerCase one, IGrouping<string, PortFact> port, string from)
    {
        var isModel = one.Scene.Gatehouse.ModelServers.Contains(one.Container.Id);
        var first = port.First();
        var inside = first.Protocol == "tcp" ? $"{first.ContainerPort}" : port.Key;
        var ufw = one.Scene.Host.IsUfwActive == true ? "; ufw is active and does not see it" : "";
        if (one.IsGate)
        {
            // The gate asks every caller who it is, and an adopted port has to stay where its callers know it.
            return one.Find(Open, $"NetworkSettings.Ports: {port.Key} on {Addresses(port)}",
                new Remedy.ByHand("Nothing, where apps on other machines call the gate there."), port.Key,
                Severity.Info);
        }
        return one.Find(Open,
            $"NetworkSettings.Ports{from}: {port.Key} on {Addresses(port)}{ufw}",
            new Remedy.SetComposeKey("ports", $"[\"127.0.0.1:{first.HostPort}:{inside}\"]",
                $"Compose: ports: [\"127.0.0.1:{first.HostPort}:{inside}\"]"
                    + (isModel ? ", or no ports: at all: jobs reach the model through the gate." : ".")),
            port.Key, isModel ? Severity.High : Severity.Medium);
    }

    private static string Addresses(IEnumerable<PortFact> ports) => string.Join(" and ", ports.Select(static port =>
        port.HostAddress.Contains(':', StringComparison.Ordinal)
            ? $"[{port.HostAddress}]:{port.HostPort}" : $"{port.HostAddress}:{port.HostPort}"));

    private static string Inside(PortFact port)
        => string.Create(CultureInfo.InvariantCulture, $"{port.ContainerPort}/{port.Protocol}");
}

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
        "If you stop it in an emergency, it runs again after the next start of the engine.");

    public static readonly InspectionRule LongChain = new(
        "GH-RUN-003", Severity.Low, "It depends on more than five services.",
        "In a long chain nobody sees which link changed an answer, and each link may send on what it reads.");

    public static ImmutableArray<InspectionRule> All =>
        [NoMemory, NoProcesses, NoProcessor, NoHealth, Returns, LongChain];

    public static IEnumerable<Finding> Check(ContainerCase one)
    {
        var rights = one.Privileges;
        if (rights.MemoryBytes <= 0)
        {
            yield return one.Find(NoMemory, "HostConfig.Memory: 0",
                new Remedy.SetComposeKey("mem_limit", "2g", "Compose: mem_limit: 2g, or what it needs."));
        }
        if (rights.PidsLimit is null or <= 0)
        {
            yield return one.Find(NoProcesses, $"HostConfig.PidsLimit: {rights.PidsLimit?.ToString("D") ?? "null"}",
                new Remedy.SetComposeKey("pids_limit", "256", "Compose: pids_limit: 256, or what it needs."));
        }
        if (rights.NanoCpus <= 0)
        {
            yield return one.Find(NoProcessor, "HostConfig.NanoCpus: 0",
                new Remedy.SetComposeKey("cpus", "2", "Compose: cpus: 2, or what it needs."));
        }
        if (one.Container.IsRunning && one.Container.Health.Length == 0)
        {
            yield return one.Find(
                NoHealth, "State.Health: none", new Remedy.ByHand("Compose: healthcheck: with a test."));
        }
        var policy = one.Container.RestartPolicy;
        if (policy is "always" or "unless-stopped" && OwnsHost(one))
        {
            yield return one.Find(Returns, $"HostConfig.RestartPolicy: {policy}",
                new Remedy.SetComposeKey("restart", "\"no\"", "Compose: restart: \"no\" until it is contained."));
        }
        var chain = ChainOf(one);
        if (chain.Count > ChainCalmMax)
        {
            yield return one.Find(LongChain, $"{chain.Count} services: {string.Join(", ", chain)}",
                new Remedy.ByHand("Split the job, or name the links in its pipeline: so that the estate shows them."));
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
