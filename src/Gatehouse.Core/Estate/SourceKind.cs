namespace Gatehouse.Core.Estate;

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
