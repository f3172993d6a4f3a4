namespace Gatehouse.Core.Traffic;

/// <summary>Every reason for which the gate does not do what a caller asked. Closed: <see cref="RefusalTable"/> has a
/// row for each.</summary>
public enum RefusalKind
{
    /// <summary>The body is not what the route takes.</summary>
    Malformed,

    /// <summary>
    /// The body could be read in two ways: a key twice, or a key that another parser takes for another.
    /// </summary>
    AmbiguousJson,

    /// <summary>Two different credentials came with one call.</summary>
    ConflictingCredentials,

    /// <summary>No credential came, and the way in names no job.</summary>
    NoCredential,

    /// <summary>The token is not one of ours, or was revoked.</summary>
    BadToken,

    /// <summary>The token's time is over.</summary>
    ExpiredToken,

    /// <summary>The token was seen where others can read it, and is revoked for that.</summary>
    LeakedToken,

    /// <summary>The token is not for this endpoint.</summary>
    EndpointOutOfScope,

    /// <summary>The call asks the provider to do something outside the gate that the job does not name.</summary>
    ProviderTool,

    /// <summary>The job may not manage models.</summary>
    ModelManagement,

    /// <summary>The model is run by another server than the one that its entry names.</summary>
    RemoteModel,

    /// <summary>A person paused the job.</summary>
    Paused,

    /// <summary>A rule of the house says no.</summary>
    Policy,

    /// <summary>No such route.</summary>
    RouteUnknown,

    /// <summary>No such model for this job; whether it exists for others is not said.</summary>
    ModelUnknown,

    /// <summary>The route exists with another method.</summary>
    MethodNotAllowed,

    /// <summary>The client asked for a WebSocket, which the gate does not speak.</summary>
    WebSocket,

    /// <summary>The body is longer than the job's limit.</summary>
    BodyTooLarge,

    /// <summary>The body came too slowly, or broke off.</summary>
    BodyTooSlow,

    /// <summary>The body is encoded in a way that cannot be inspected.</summary>
    EncodingUnsupported,

    /// <summary>The body is declared as something that the route does not take.</summary>
    MediaType,

    /// <summary>Too many calls or tokens in a minute.</summary>
    RateLimited,

    /// <summary>The tokens of the day are used up.</summary>
    TokenBudget,

    /// <summary>Too many calls at once.</summary>
    ConcurrencyLimit,

    /// <summary>The bytes of the day are used up.</summary>
    ByteBudget,

    /// <summary>The money of the month is used up.</summary>
    CostBudget,

    /// <summary>The call cannot be put on record now.</summary>
    LedgerUnavailable,

    /// <summary>The ledger has reached its size.</summary>
    LedgerFull,

    /// <summary>Memory or a queue is full.</summary>
    Overloaded,

    /// <summary>The model's server did not take the call.</summary>
    UpstreamUnreachable,

    /// <summary>The model's server did not take the gate's credential.</summary>
    UpstreamCredential,

    /// <summary>The model's server answered something that cannot be read.</summary>
    UpstreamAnswerUnreadable,

    /// <summary>The model's server stopped before its answer was complete.</summary>
    UpstreamTruncated,

    /// <summary>The model's server took too long.</summary>
    UpstreamTimeout,

    /// <summary>The gate could not fetch the credential for the model's server.</summary>
    CredentialUnavailable,

    /// <summary>A bug in the gate.</summary>
    Internal,
}
