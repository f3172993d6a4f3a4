namespace Gatehouse.Core.Adoption;

/// <summary>Loads the gate's image into the engine.</summary>
/// <param name="Image">Its name and tag.</param>
/// <param name="File">The archive.</param>
public sealed record LoadImageStep(string Image, string File) : AdoptionStep
{
    /// <inheritdoc/>
    public override string Says => $"load the image {Image} from {File}";
}
