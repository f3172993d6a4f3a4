namespace Gatehouse.Gate.Identity;

/// <summary>
/// What arriving at a listener says about the caller: the job whose own listener it is, or nothing. Each listener has
/// one of its own, compared by reference.
/// </summary>
internal sealed class ListenerIdentity(string? job)
{
    public static ListenerIdentity Shared { get; } = new(null);

    public string? Job => job;
}
