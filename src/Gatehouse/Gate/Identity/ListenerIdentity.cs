namespace Gatehouse.Gate.Identity;

/// <summary>What arriving at a listener says about the caller: the job whose own listener it is, or nothing.</summary>
internal sealed record ListenerIdentity(string? Job)
{
    public static ListenerIdentity Shared { get; } = new((string?)null);
}
