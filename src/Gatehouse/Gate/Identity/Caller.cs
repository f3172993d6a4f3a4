using Gatehouse.Core.Estate;

namespace Gatehouse.Gate.Identity;

/// <summary>Who calls: a job, how that is known, and from where.</summary>
internal sealed record Caller(JobPlan Job, IdentifiedBy By, TokenGrant? Token, string Address)
{
    /// <summary>The token's hash, to ask again whether it still stands.</summary>
    public TokenHash? Hash { get; init; }

    /// <summary>
    /// The placeholder of a call that is not identified yet; no step after identification ever sees it.
    /// </summary>
    public static Caller Stranger { get; } = new(null!, IdentifiedBy.Nothing, null, "");
}
