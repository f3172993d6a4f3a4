namespace Gatehouse.Tests.Adoption;

/// <summary>
/// The clock of somebody who comes a while later at each look: the engine has long ended what a crash left it with.
/// </summary>
internal sealed class LaterTime : TimeProvider
{
    private int _looks;

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddMinutes(Interlocked.Increment(ref _looks));
}
