namespace Gatehouse.Actions;

/// <summary>Who does something: the uid that the kernel names at the socket, and its name.</summary>
internal sealed record Actor(int Uid, string Name)
{
    /// <summary>A job's own user, who may have short tokens for that job and nothing else.</summary>
    public bool IsJobUser { get; init; }

    /// <summary>The gate itself.</summary>
    public static Actor Gate { get; } = new(-1, "gatehouse");
}
