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
    public static Caller Unidentified { get; } = new(null!, IdentifiedBy.Nothing, null, "");
}

/// <summary>How a caller was told apart, as the ledger names it in lower case.</summary>
internal enum IdentifiedBy
{
    Nothing,
    Token,
    UrlToken,
    Listener,

    /// <summary>A call from inside this process.</summary>
    Server,
}

/// <summary>
/// What arriving at a listener says about the caller: the job whose own listener it is, or nothing. Each listener has
/// one of its own, compared by reference.
/// </summary>
internal sealed class ListenerIdentity(string? job)
{
    public static ListenerIdentity Shared { get; } = new(null);

    public string? Job => job;

    /// <summary>How a caller with no token is known here.</summary>
    public IdentifiedBy By { get; init; } = IdentifiedBy.Listener;
}
