using System.Globalization;

namespace Gatehouse.Core.Discovery;

/// <summary>What kind of thing an identity names.</summary>
public enum IdentityKind
{
    /// <summary>A container of the engine, by its name.</summary>
    Container,

    /// <summary>A service of a Compose project.</summary>
    ComposeService,

    /// <summary>A systemd unit, by its whole name.</summary>
    Unit,

    /// <summary>A process, by its number.</summary>
    Process,

    /// <summary>Anything else, by where it was seen and its name there.</summary>
    Place,
}

/// <summary>
/// What tells one candidate from another: observations that have one in common are of the same candidate. The text is
/// for people; code compares kind and name.
/// </summary>
/// <param name="Kind">What it names.</param>
/// <param name="Name">The name.</param>
/// <param name="Project">The Compose project of a service; empty for everything else.</param>
public readonly record struct ObservationIdentity(IdentityKind Kind, string Name, string Project = "")
{
    /// <summary>A process that could not be determined.</summary>
    public static ObservationIdentity UnknownProcess { get; } = new(IdentityKind.Process, "?");

    /// <summary>A container.</summary>
    /// <param name="name">Its name.</param>
    public static ObservationIdentity Container(string name) => new(IdentityKind.Container, name);

    /// <summary>A service of Compose.</summary>
    /// <param name="project">Its project.</param>
    /// <param name="service">Its name in the project.</param>
    public static ObservationIdentity ComposeService(string project, string service)
        => new(IdentityKind.ComposeService, service, project);

    /// <summary>A systemd unit.</summary>
    /// <param name="name">Its name, with its ending.</param>
    public static ObservationIdentity Unit(string name) => new(IdentityKind.Unit, name);

    /// <summary>A process.</summary>
    /// <param name="number">Its number.</param>
    public static ObservationIdentity Process(int number)
        => new(IdentityKind.Process, number.ToString(CultureInfo.InvariantCulture));

    /// <summary>The kind and the name, as <c>container web</c> or <c>compose shop/web</c>.</summary>
    public override string ToString() => Kind switch
    {
        IdentityKind.Container => $"container {Name}",
        IdentityKind.ComposeService => $"compose {Project}/{Name}",
        IdentityKind.Unit => $"unit {Name}",
        IdentityKind.Process => $"process {Name}",
        _ => Name,
    };
}
