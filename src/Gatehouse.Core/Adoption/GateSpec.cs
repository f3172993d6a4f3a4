namespace Gatehouse.Core.Adoption;

/// <summary>How the gate shall run.</summary>
/// <param name="Name">Its container's name.</param>
/// <param name="Image">Its image.</param>
/// <param name="Home">The home on the host.</param>
/// <param name="Uid">The user that it runs as.</param>
public sealed record GateSpec(string Name, string Image, string Home, int Uid)
{
    /// <summary>The archive from which the image is loaded first; null when the engine has it.</summary>
    public string? ImageFile { get; init; }

    /// <summary>The home's owner now; null when there is no home.</summary>
    public int? HomeUidBefore { get; init; }
}
