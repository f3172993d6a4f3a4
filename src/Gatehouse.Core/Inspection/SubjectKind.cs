namespace Gatehouse.Core.Inspection;

/// <summary>What kind of thing was inspected.</summary>
public enum SubjectKind
{
    /// <summary>A container of the engine.</summary>
    Container,

    /// <summary>The container engine itself.</summary>
    Engine,

    /// <summary>A systemd service.</summary>
    Unit,

    /// <summary>A process that belongs to neither.</summary>
    Process,
}
