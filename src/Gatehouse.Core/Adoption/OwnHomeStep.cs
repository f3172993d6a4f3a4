namespace Gatehouse.Core.Adoption;

/// <summary>Makes the home the gate's own, so that a gate that is not root can write there.</summary>
/// <param name="Path">The home.</param>
/// <param name="Uid">The user that the gate runs as.</param>
/// <param name="UidBefore">Its owner before; null when there was no home.</param>
public sealed record OwnHomeStep(string Path, int Uid, int? UidBefore) : AdoptionStep
{
    /// <inheritdoc/>
    public override string Says => $"{(UidBefore is null ? "make" : "hand over")} the home {Path} (owner: uid {Uid})";
}
