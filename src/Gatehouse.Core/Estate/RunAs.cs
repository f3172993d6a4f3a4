namespace Gatehouse.Core.Estate;

/// <summary>The system user that may fetch a job's tokens: a name or a number, exactly one of them.</summary>
/// <param name="UserName">Login name, resolved by the binary; null when a number was written.</param>
/// <param name="Uid">User id; null when a name was written.</param>
public sealed record RunAs(string? UserName, uint? Uid)
{
    /// <summary>As the estate file holds it.</summary>
    public override string ToString() => UserName ?? FormattableString.Invariant($"{Uid}");
}
