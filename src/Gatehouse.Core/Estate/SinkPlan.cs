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

    /// <summary>True when strangers may read what arrives here.</summary>
    public bool IsPublic => Kind is SinkKind.Mastodon or SinkKind.Discord;

    /// <summary>
    /// True when what arrives here leaves the house: posts and mail always do, because they are passed on from
    /// whichever server takes them; the other kinds do where their address is external.
    /// </summary>
    public bool SendsExternally =>
        Kind is SinkKind.Mastodon or SinkKind.Discord or SinkKind.Mail || Zone == Zone.External;
}
