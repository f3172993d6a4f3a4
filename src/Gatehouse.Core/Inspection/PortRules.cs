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
        "On an internal network the engine ignores publishing without an error. Whoever trusts the settings "
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
                    "Update the engine to 28 or later.", port.Key);
            }
        }
        if (!one.Container.IsRunning || one.IsSharing) yield break;
        var there = published.Select(Inside).ToHashSet(StringComparer.Ordinal);
        foreach (var port in one.Container.AskedPorts.Select(Inside).Distinct().Where(port => !there.Contains(port)))
        {
            yield return one.Find(NotThere,
                $"HostConfig.PortBindings: {port}, but NetworkSettings.Ports does not have it",
                "Compose: remove it from ports:, or connect a network that is not internal.", port);
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
                "Nothing, where apps on other machines call the gate there.", port.Key, Severity.Info);
        }
        return one.Find(Open,
            $"NetworkSettings.Ports{from}: {port.Key} on {Addresses(port)}{ufw}",
            $"Compose: ports: [\"127.0.0.1:{first.HostPort}:{inside}\"]"
                + (isModel ? ", or no ports: at all: jobs reach the model through the gate." : "."),
            port.Key, isModel ? Severity.High : Severity.Medium);
    }

    private static string Addresses(IEnumerable<PortFact> ports) => string.Join(" and ", ports.Select(static port =>
        port.HostAddress.Contains(':', StringComparison.Ordinal)
            ? $"[{port.HostAddress}]:{port.HostPort}" : $"{port.HostAddress}:{port.HostPort}"));

    private static string Inside(PortFact port)
        => string.Create(CultureInfo.InvariantCulture, $"{port.ContainerPort}/{port.Protocol}");
}
