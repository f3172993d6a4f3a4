namespace Gatehouse.Core.Estate;

/// <summary>Where the input of a job comes from.</summary>
public sealed record SourcePlan
{
    /// <summary>Which kind of source.</summary>
    public required SourceKind Kind { get; init; }

    /// <summary>Address of a feed, page, mailbox or broker.</summary>
    public Uri? Url { get; init; }

    /// <summary>Absolute path of a file source, or the path on which a webhook listens.</summary>
    public string? Path { get; init; }

    /// <summary>Topic of an MQTT source.</summary>
    public string? Topic { get; init; }

    /// <summary>Where the credential of the source lies; null when it needs none.</summary>
    public CredentialReference? Credential { get; init; }

    /// <summary>How far away it lies; null when the kind and the declared address do not tell.</summary>
    public Zone? Zone { get; init; }

    /// <summary>True when strangers can write what the job reads, and so speak to the model.</summary>
    public bool IsUntrusted =>
        Kind is SourceKind.Rss or SourceKind.Http or SourceKind.Mail or SourceKind.Webhook
        || Zone == Estate.Zone.External;
}
