namespace Gatehouse.Core.Estate;

/// <summary>The <c>source:</c> of a job that is to be written.</summary>
/// <param name="Kind">Where the input comes from.</param>
public sealed record SourceDraft(SourceKind Kind)
{
    /// <summary>Address of a feed, page, mailbox or broker.</summary>
    public string? Url { get; init; }

    /// <summary>A path on this machine, or the path of a webhook.</summary>
    public string? Path { get; init; }

    /// <summary>Topic of an MQTT source.</summary>
    public string? Topic { get; init; }
}
