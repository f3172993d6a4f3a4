namespace Gatehouse.Core.Estate;

/// <summary>One entry of <c>sinks:</c>, or one of the built-in sinks <c>stdout</c> and <c>none</c>.</summary>
public sealed record SinkPlan
{
    /// <summary>The key in the estate file.</summary>
    public required string Key { get; init; }

    /// <summary>Which kind of sink.</summary>
    public required SinkKind Kind { get; init; }

    /// <summary>Address of the server; null for kinds without one.</summary>
    public Uri? Url { get; init; }

    /// <summary>Absolute path of a file sink.</summary>
    public string? Path { get; init; }

    /// <summary>Recipients of a mail sink.</summary>
    public string? To { get; init; }

    /// <summary>Topic of an ntfy or MQTT sink.</summary>
    public string? Topic { get; init; }

    /// <summary>Where the credential lies; null when it needs none.</summary>
    public CredentialReference? Credential { get; init; }

    /// <summary>How far away it lies; a sink that needs an address and declares none is external.</summary>
    public required Zone Zone { get; init; }

    /// <summary>True when everyone may read what arrives here.</summary>
    public bool IsPublic => Kind is SinkKind.Mastodon or SinkKind.Discord;

    /// <summary>
    /// True when what arrives here leaves the local network: posts and mail always do, because they are passed on from
    /// whichever server takes them; the other kinds do where their address is external.
    /// </summary>
    public bool SendsExternally =>
        Kind is SinkKind.Mastodon or SinkKind.Discord or SinkKind.Mail || Zone == Zone.External;
}

/// <summary>Where the output of a job goes.</summary>
public enum SinkKind
{
    /// <summary>Posts to a Mastodon server.</summary>
    Mastodon,

    /// <summary>Messages to a Discord channel.</summary>
    Discord,

    /// <summary>Notices over ntfy.</summary>
    Ntfy,

    /// <summary>Mail.</summary>
    Mail,

    /// <summary>Requests to a web address.</summary>
    Http,

    /// <summary>Messages to an MQTT broker.</summary>
    Mqtt,

    /// <summary>A file or directory.</summary>
    File,

    /// <summary>The job's own caller or terminal.</summary>
    Stdout,

    /// <summary>Nothing leaves the job.</summary>
    None,
}

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

    /// <summary>True when outsiders can write what the job reads, and so reach the model.</summary>
    public bool IsUntrusted =>
        Kind is SourceKind.Rss or SourceKind.Http or SourceKind.Mail or SourceKind.Webhook
        || Zone == Estate.Zone.External;
}

/// <summary>Where the input of a job comes from.</summary>
public enum SourceKind
{
    /// <summary>A feed.</summary>
    Rss,

    /// <summary>A page or an API.</summary>
    Http,

    /// <summary>A file or directory.</summary>
    File,

    /// <summary>A mailbox.</summary>
    Mail,

    /// <summary>A topic of an MQTT broker.</summary>
    Mqtt,

    /// <summary>Web requests that others send.</summary>
    Webhook,

    /// <summary>A person who types or speaks.</summary>
    Prompt,
}
