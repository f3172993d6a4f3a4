namespace Gatehouse.Adoption;

/// <summary>Where the host's own services are kept, and by which programs they are run.</summary>
/// <param name="Root">The host's root folder; empty for this host.</param>
/// <param name="Systemctl">The program that speaks to systemd.</param>
/// <param name="Program">The gate's program.</param>
internal sealed record HostSystem(string Root, string Systemctl, string Program)
{
    /// <summary>This host, and the program that runs now.</summary>
    public static HostSystem Own { get; } = new("", "systemctl", Environment.ProcessPath ?? "");

    /// <summary>Where units of this host's owner lie; they win over those of packages.</summary>
    public string UnitFolder => Root + "/etc/systemd/system";
}
