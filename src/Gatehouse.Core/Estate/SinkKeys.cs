namespace Gatehouse.Core.Estate;

/// <summary>Keys of an entry of <c>sinks:</c>.</summary>
internal static class SinkKeys
{
    public static readonly Setting<SinkKind> Kind = new("kind", Shapes.OneOf<SinkKind>(),
        "Where the output goes.")
    { Required = true };

    public static readonly Setting<Uri> Url = new("url", Shapes.Url,
        "Address of the server; kinds mastodon, ntfy, http and mqtt need it.");

    public static readonly Setting<string> Path = new("path", Shapes.AbsolutePath,
        "File or directory; kind file needs it.");

    public static readonly Setting<string> To = new("to", Shapes.Text("a recipient"), "Recipients of a mail sink.");

    public static readonly Setting<string> Topic = new("topic", Shapes.Text("a topic"),
        "Topic of an ntfy or mqtt sink.");

    public static readonly Setting<CredentialReference> Credential = new("credential", Shapes.Credential,
        "Where the credential lies (for Discord the whole webhook URL); never the credential itself.");

    public static readonly SectionShape Section = new("a sink", Kind, Url, Path, To, Topic, Credential);

    /// <summary>Keys that only some kinds have.</summary>
    public static readonly SettingKey[] Depending = [.. Section.Settings.Where(setting => setting != Kind)];

    /// <summary>Keys that a kind may have, the ones it needs, and the schemes of its URL.</summary>
    public static KindRule RuleOf(SinkKind kind) => kind switch
    {
        SinkKind.Mastodon => new([Url, Credential], [Url], ["https", "http"]),
        SinkKind.Discord => new([Url, Credential], [], ["https", "http"]),
        SinkKind.Ntfy => new([Url, Topic, Credential], [Url], ["https", "http"]),
        SinkKind.Mail => new([Url, To, Credential], [], ["smtp", "smtps"]),
        SinkKind.Http => new([Url, Credential], [Url], ["https", "http"]),
        SinkKind.Mqtt => new([Url, Topic, Credential], [Url], ["mqtt", "mqtts"]),
        SinkKind.File => new([Path], [Path], []),
        _ => new([], [], []),
    };
}
