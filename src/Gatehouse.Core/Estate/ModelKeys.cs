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
        "The name that the upstream knows; `*` is every model that it has (`ollama` and `openai` only).")
    { DefaultText = "the key" };

    public static readonly Setting<CredentialReference> Credential = new("credential", Shapes.Credential,
        "Where the upstream's credential lies; never the credential itself.");

    public static readonly Setting<bool> StreamUsage = new("stream-usage", Shapes.Switch,
        "Whether the gate may ask the upstream to report token usage at the end of a stream.")
    { Default = true, DefaultText = "true", Source = "without it the tokens of streams are estimates" };

    public static readonly SectionShape Section = new("a model", Provider, Url, Name, Credential, StreamUsage);
}
