using System.Collections.Immutable;

namespace Gatehouse.Core.Adoption;

/// <summary>
/// Puts the adoption of a host's model server into order. Undoing goes the other way, and systemd takes files back only
/// after they are: so what follows the files in undoing stands before them here, as a check that changes nothing.
/// </summary>
public static class HostStepList
{
    /// <summary>All steps.</summary>
    /// <param name="systemctl">The program that speaks to systemd.</param>
    /// <param name="home">Hands the home to the gate.</param>
    /// <param name="estate">Writes the estate.</param>
    /// <param name="units">Write the gate's service and the server's drop-in.</param>
    /// <param name="place">Where the server shall be.</param>
    public static ImmutableArray<AdoptionStep> Of(
        string systemctl, OwnHomeStep home, WriteFileStep estate, IEnumerable<WriteFileStep> units,
        HostModelPlace place)
    {
        ArgumentNullException.ThrowIfNull(units);
        ArgumentNullException.ThrowIfNull(place);
        var server = place.Server;
        return
        [
            home,
            estate,
            new RunCommandStep(
                [systemctl, "is-active", "--quiet", server.Unit], [systemctl, "restart", server.Unit]),
            new RunCommandStep([systemctl, "daemon-reload"], [systemctl, "daemon-reload"]),
            .. units,
            new RunCommandStep([systemctl, "daemon-reload"], []),
            new RunCommandStep([systemctl, "restart", server.Unit], []),
            new RunCommandStep(
                [systemctl, "enable", "--now", AdoptedUnitText.GateUnit],
                [systemctl, "disable", "--now", AdoptedUnitText.GateUnit]),
            new VerifyJobStep(place.Job, null,
                [new ProbeCall(place.Listens[0].Address.ToString(), server.Address.Port, "/api/tags", null)]),
        ];
    }
}
