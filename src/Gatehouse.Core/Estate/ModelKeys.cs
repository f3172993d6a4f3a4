namespace Gatehouse.Core.Estate;

/// <summary>Keys of an entry of <c>models:</c>.</summary>
internal static class ModelKeys
{
    public static readonly Setting<ModelProvider> Provider = new("provider", Shapes.OneOf<ModelProvider>(),
        "The dialects that the upstream speaks; `openai` is anything compatible with it.")
    { Required = true };

    public static readonly Setting<UpstreamUrl> Url = new("url", Shapes.Upstream,
        "Where the model is served, with or without `/v1` and below any base path.")
    { Required = true };

    public static readonly Setting<string> Name = new("name", Shapes.ModelName,
        "The name that the upstream knows; `*` is every model that it has (`ollama` and `openai` only), "
        + "`claude-*` all that begin so.")
    { DefaultText = "the key" };

    public static readonly Setting<CredentialReference> Credential = new("credential", Shapes.Credential,
        "Where the upstream's credential lies; never the credential itself.");

    public static readonly Setting<bool> StreamUsage = new("stream-usage", Shapes.Switch,
        "Whether the gate may ask the upstream to report token usage at the end of a stream.")
    { Default = true, DefaultText = "true", Source = "without it the tokens of streams are estimates" };

    public const string Allowed = "allowed";

    public static readonly Setting<string> Remote = new("remote", Shapes.OneOf("refused", Allowed),
        "Whether a local server may hand calls to another one, as Ollama does for the models of its cloud. "
            + "`allowed` makes the model an external one.")
    { DefaultText = "refused", Source = "a local address promises that prompts stay local" };

    public static readonly Setting<TimeSpan> Connect = new("connect",
        Shapes.Duration(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10)), "How long to wait for a connection.")
    { Default = ModelTimeouts.Default.Connect, DefaultText = "5s", Source = "as long as the SDKs wait for one" };

    public static readonly Setting<TimeSpan> FirstByte = new("first-byte",
        Shapes.Duration(TimeSpan.FromSeconds(1), TimeSpan.FromDays(1)),
        "How long the model may take until the first byte of its answer: it loads, and reads the prompt.")
    { Default = ModelTimeouts.Default.FirstByte, DefaultText = "600s", Source = "as long as the SDKs wait" };

    public static readonly Setting<TimeSpan> Silence = new("silence",
        Shapes.Duration(TimeSpan.FromSeconds(1), TimeSpan.FromDays(1)),
        "How long an answer that has begun may be silent. An answer that is no stream may be silent for first-byte, "
            + "if that is longer.")
    { Default = ModelTimeouts.Default.Silence, DefaultText = "300s", Source = "a slow model's longest pause" };

    public static readonly SectionShape TimeoutSection = new("timeouts", Connect, FirstByte, Silence);

    public static readonly Setting<SectionReader> Timeouts = new("timeouts", TimeoutSection,
        "How long the gate waits for the model's server. Pulls and other changes of models may take a day.");

    public static readonly SectionShape Section = new(
        "a model", Provider, Url, Name, Credential, StreamUsage, Remote, Timeouts);
}

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

/// <summary>Keys of the <c>trigger:</c> of a job; exactly one of them stands there.</summary>
internal static class TriggerKeys
{
    public static readonly Setting<CronSchedule> Cron = new("cron", Shapes.Cron,
        "A schedule in the time zone of the estate.");

    public static readonly Setting<string> Webhook = new("webhook", Shapes.Text("a name, or `true`"),
        "A web request from elsewhere starts it.");

    public static readonly Setting<string> Event = new("event", Shapes.Text("a name, or `true`"),
        "A local event starts it.");

    public static readonly Setting<bool> Prompt = new("prompt", Shapes.OnlyTrue,
        "A person who asks something starts it.");

    public static readonly Setting<bool> Manual = new("manual", Shapes.OnlyTrue, "A person starts it by hand.");

    public static readonly Setting<bool> Always = new("always", Shapes.OnlyTrue, "It never stops.");

    public static readonly SectionShape Section = new("a trigger", Cron, Webhook, Event, Prompt, Manual, Always)
    {
        ExactlyOne = [Cron, Webhook, Event, Prompt, Manual, Always],
        Short = new SectionShape.ShortForm("one of `webhook`, `event`, `prompt`, `manual`, `always`",
            ["webhook", "event", "prompt", "manual", "always"], null),
    };
}
