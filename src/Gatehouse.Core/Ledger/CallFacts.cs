namespace Gatehouse.Core.Ledger;

/// <summary>What is known of a call before it is forwarded.</summary>
public sealed record CallFacts
{
    /// <summary>The job's name.</summary>
    public required string Job { get; init; }

    /// <summary>How the job was identified, for example <c>token</c>, <c>url-token</c>, <c>socket</c>.</summary>
    public required string IdentifiedBy { get; init; }

    /// <summary>Id of the token, if there was one.</summary>
    public string? TokenId { get; init; }

    /// <summary>The caller's address.</summary>
    public required string Caller { get; init; }

    /// <summary>The dialect that the caller spoke.</summary>
    public required string Dialect { get; init; }

    /// <summary>The endpoint called.</summary>
    public required string Endpoint { get; init; }

    /// <summary>The model's key in the estate, if the call named one that the job has.</summary>
    public string? Model { get; init; }

    /// <summary>The name that the call gave, where the estate lets it name any model of a server.</summary>
    public string? ModelName { get; init; }

    /// <summary>Where the call goes: the upstream's URL without credentials.</summary>
    public string? Upstream { get; init; }

    /// <summary>The model's identity, if known.</summary>
    public ModelIdentity? Identity { get; init; }

    /// <summary>The client's own id of its session, if it sent one; what the caller says, and not proven.</summary>
    public string? Session { get; init; }

    /// <summary>The client's own id of the agent within its session, if it sent one.</summary>
    public string? Agent { get; init; }

    /// <summary>The query that went upstream, such as <c>?beta=true</c>; null when none did.</summary>
    public string? Query { get; init; }

    /// <summary>True if the caller asked for a stream.</summary>
    public bool IsStream { get; init; }

    /// <summary>Names of the changes made to the caller's bytes.</summary>
    public IReadOnlyList<string> Splices { get; init; } = [];

    /// <summary>Marks such as <c>outside-window</c> or <c>opaque</c>.</summary>
    public IReadOnlyList<string> Flags { get; init; } = [];
}
