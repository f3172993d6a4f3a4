namespace Gatehouse.Core.Estate;

/// <summary>Keys of the <c>source:</c> of a job.</summary>
internal static class SourceKeys
{
    public static readonly Setting<SourceKind> Kind = new("kind", Shapes.OneOf<SourceKind>(),
        "Where the input comes from.")
    { Required = true };

    public static readonly Setting<Uri> Url = new("url", Shapes.Url,
        "Address of a feed, page, mailbox or broker; kinds rss and http need it.");

    public static readonly Setting<string> Path = new("path", Shapes.AbsolutePath,
        "File or directory (kind file needs it), or the path on which a webhook listens.");

    public static readonly Setting<string> Topic = new("topic", Shapes.Text("a topic"), "Topic of an mqtt source.");

    public static readonly Setting<CredentialReference> Credential = new("credential", Shapes.Credential,
        "Where the credential of the source lies; never the credential itself.");

    public static readonly SectionShape Section = new("a source", Kind, Url, Path, Topic, Credential)
    {
        Short = new SectionShape.ShortForm("one of `prompt`, `webhook`, `mail`, `mqtt`",
            ["prompt", "webhook", "mail", "mqtt"], "kind"),
    };

    /// <summary>Keys that only some kinds have.</summary>
    public static readonly SettingKey[] Depending = [.. Section.Settings.Where(setting => setting != Kind)];

    /// <summary>Keys that a kind may have, the ones it needs, and the schemes of its URL.</summary>
    public static KindRule RuleOf(SourceKind kind) => kind switch
    {
        SourceKind.Rss or SourceKind.Http => new([Url, Credential], [Url], ["https", "http"]),
        SourceKind.File => new([Path], [Path], []),
        SourceKind.Mail => new([Url, Credential], [], ["imap", "imaps"]),
        SourceKind.Mqtt => new([Url, Topic, Credential], [], ["mqtt", "mqtts"]),
        SourceKind.Webhook => new([Path, Credential], [], []),
        _ => new([], [], []),
    };
}
