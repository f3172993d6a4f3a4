namespace Gatehouse.Adoption;

/// <summary>What the person asked for.</summary>
/// <param name="Home">The home on the host.</param>
/// <param name="Image">The gate's image.</param>
/// <param name="ImageFile">The archive that holds it, where the engine has it not; null when none was found.</param>
/// <param name="TimeZone">IANA name of the zone for a new estate.</param>
internal sealed record AdoptionRequest(string Home, string Image, string? ImageFile, string TimeZone)
{
    /// <summary>Name of this machine, as far as the estate accepts it.</summary>
    public static string Node
    {
        get
        {
            var name = string.Concat(Environment.MachineName.Where(
                static letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '-' or '_'));
            return name.Length > 0 && char.IsAsciiLetterOrDigit(name[0]) ? name[..Math.Min(64, name.Length)] : "gate";
        }
    }

    /// <summary>The gate's container.</summary>
    public const string GateName = "gatehouse";

    /// <summary>
    /// The user of the image, which no ordinary user of a host has (65532 is what distroless images call nonroot).
    /// </summary>
    public const int ImageUid = 65532;
}
