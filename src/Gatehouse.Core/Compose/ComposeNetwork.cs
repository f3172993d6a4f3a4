namespace Gatehouse.Core.Compose;

/// <summary>A network of a Compose project.</summary>
/// <param name="Key">Its key in the files.</param>
/// <param name="Name">Its name in the engine.</param>
public sealed record ComposeNetwork(string Key, string Name)
{
    /// <summary>Whether it is made elsewhere.</summary>
    public bool IsExternal { get; init; }

    /// <summary>Whether the engine keeps it apart from the outside.</summary>
    public bool IsInternal { get; init; }

    /// <summary>Its driver; empty for the engine's own choice.</summary>
    public string Driver { get; init; } = "";
}
