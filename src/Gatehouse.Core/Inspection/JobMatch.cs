using System.Globalization;
using System.Net;
using Gatehouse.Core.Engine;
using Gatehouse.Core.Estate;
using Gatehouse.Core.Systemd;

namespace Gatehouse.Core.Inspection;

/// <summary>
/// Which container, unit or process is a job of the estate. The estate names none of them: they are told by the
/// job's name, by the network at whose address the job calls, and by the user that it runs as.
/// </summary>
public static class JobMatch
{
    /// <summary>Whether a container is this job.</summary>
    /// <param name="job">The job.</param>
    /// <param name="container">The container.</param>
    /// <param name="view">The engine's networks.</param>
    public static bool IsOf(JobPlan job, ContainerFacts container, EngineView view)
    {
        ArgumentNullException.ThrowIfNull(job);
        ArgumentNullException.ThrowIfNull(container);
        return IsNamed(job.Key, container.Name) || IsNamed(job.Key, container.ComposeService)
            || IsNamed(job.Key, $"{container.ComposeProject}-{container.ComposeService}")
            || ListensIn(job, container, view);
    }

    /// <summary>Whether a systemd service is this job.</summary>
    /// <param name="job">The job.</param>
    /// <param name="unit">The service.</param>
    public static bool IsOf(JobPlan job, UnitFacts unit)
    {
        ArgumentNullException.ThrowIfNull(job);
        ArgumentNullException.ThrowIfNull(unit);
        var name = unit.Name.EndsWith(".service", StringComparison.Ordinal) ? unit.Name[..^8] : unit.Name;
        return IsNamed(job.Key, name) || IsNamed(job.Key, name.Split('@')[0])
            || (IsOwnUser(job.RunAs) && unit.Get("Service", "User") == job.RunAs!.ToString());
    }

    /// <summary>Whether a process is this job.</summary>
    /// <param name="job">The job.</param>
    /// <param name="process">The process.</param>
    /// <param name="uid">The user that the job runs as; null when it is not known.</param>
    public static bool IsOf(JobPlan job, ProcessFacts process, long? uid)
    {
        ArgumentNullException.ThrowIfNull(job);
        ArgumentNullException.ThrowIfNull(process);
        return IsNamed(job.Key, process.Program) || (IsOwnUser(job.RunAs) && uid is not null && process.Uid == uid);
    }

    /// <summary>
    /// The same word, whatever stands between its parts, and with a script's ending or Compose's number left out.
    /// </summary>
    private static bool IsNamed(string job, string? name)
    {
        if (string.IsNullOrEmpty(name)) return false;
        var plain = Plain(name);
        return plain == Plain(job)
            || plain.TrimEnd('0', '1', '2', '3', '4', '5', '6', '7', '8', '9') == Plain(job) + "-"
            || Plain(name.Split('.')[0]) == Plain(job);
    }

    private static string Plain(string name) => name.ToLower(CultureInfo.InvariantCulture).Replace('_', '-');

    /// <summary>Root and the gate's owner run many things: only a user of its own tells a job.</summary>
    private static bool IsOwnUser(RunAs? user) => user is not null && user.ToString() is not ("root" or "0");

    private static bool ListensIn(JobPlan job, ContainerFacts container, EngineView view)
    {
        var addresses = job.Listen.OfType<ListenAddress.Tcp>().Select(static place => place.EndPoint.Address)
            .Where(static address => !IPAddress.IsLoopback(address) && !address.Equals(IPAddress.Any)
                && !address.Equals(IPAddress.IPv6Any)).ToArray();
        if (addresses.Length == 0 || view.NetworkOwner(container) is not { } owner) return false;
        return owner.Endpoints.Any(endpoint =>
            (view.Network(endpoint.NetworkId) ?? view.Network(endpoint.Network)) is { } network
            && addresses.Any(address => endpoint.Address != address.ToString()
                && network.Subnets.Any(
                    subnet => IPNetwork.TryParse(subnet, out var range) && range.Contains(address))));
    }
}
