namespace Gatehouse.Acts;

/// <summary>Who does something: the uid that the kernel names at the socket, and its name.</summary>
internal sealed record Actor(int Uid, string Name)
{
    /// <summary>The gate itself.</summary>
    public static Actor Gate { get; } = new(-1, "gatehouse");
}
