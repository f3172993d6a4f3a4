namespace Gatehouse.Core.Estate;

/// <summary>One entry of <c>models:</c>, ready to be called.</summary>
public sealed record ModelPlan
{
    /// <summary>The key in the estate file; jobs may call the model by it.</summary>
    public required string Key { get; init; }

    /// <summary>The dialects that the upstream speaks.</summary>
    public required ModelProvider Provider { get; init; }

    /// <summary>Where it is served.</summary>
    public required UpstreamUrl Url { get; init; }

    /// <summary>The name that the upstream knows; jobs may call the model by it too.</summary>
    public required string UpstreamName { get; init; }

    /// <summary>Where the upstream's credential lies; null when it needs none.</summary>
    public CredentialReference? Credential { get; init; }

    /// <summary>Price from <c>prices:</c>, looked up by key, then by upstream name; null when none is listed.</summary>
    public ModelPrice? Price { get; init; }

    /// <summary>Whether the gate may ask the upstream to report token usage at the end of a stream.</summary>
    public required bool StreamUsage { get; init; }

    /// <summary>How far away the upstream lies, judged by its URL alone.</summary>
    public required Zone Zone { get; init; }
}
