namespace Gatehouse.Core.Estate;

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
