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
        "How long a stream that has begun may be silent.")
    { Default = ModelTimeouts.Default.Silence, DefaultText = "300s", Source = "a slow model's longest pause" };

    public static readonly SectionShape TimeoutSection = new("timeouts", Connect, FirstByte, Silence);

    public static readonly Setting<SectionReader> Timeouts = new("timeouts", TimeoutSection,
        "How long the gate waits for the model's server. Pulls and other changes of models may take a day.");

    public static readonly SectionShape Section = new(
        "a model", Provider, Url, Name, Credential, StreamUsage, Remote, Timeouts);
}
