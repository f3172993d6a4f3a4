using System.Collections.Immutable;

namespace Gatehouse.Core.Traffic;

/// <summary>
/// Something that a call can ask a provider to do outside the gate. A job lists it by name under
/// <c>provider-tools:</c>. What the gate does not know to be harmless is refused under the caller's own word for it,
/// so names beyond <see cref="All"/> exist.
/// </summary>
/// <param name="Name">The name. Hosted tools have their own type without its date, such as <c>web_search</c>.</param>
/// <param name="Description">What the provider does, as a noun phrase for messages and the reference.</param>
public sealed record ProviderFeature(string Name, string Description)
{
    /// <summary>A model that reaches the world by itself; see <see cref="SearchingModels"/>.</summary>
    public const string SearchingModel = "searching-model";

    internal const string RemoteImage = "remote-image";
    internal const string StoredPrompt = "stored-prompt";
    internal const string FileId = "file_id";
    internal const string FileUrl = "file_url";
    internal const string Background = "background";
    internal const string PreviousResponse = "previous_response_id";
    internal const string Conversation = "conversation";
    internal const string ItemReference = "item_reference";
    internal const string WebSearchOptions = "web_search_options";
    internal const string McpServers = "mcp_servers";
    internal const string Container = "container";
    internal const string SearchParameters = "search_parameters";
    internal const string Routing = "routing";
    internal const string Plugins = "plugins";
    internal const string FallbackModels = "models";
    internal const string UntypedTool = "untyped-tool";
    internal const string HeldAudio = "held-audio";

    /// <summary>Every feature that this version can describe.</summary>
    public static ImmutableArray<ProviderFeature> All { get; } =
    [
        new("web_search", "a web search that the provider makes"),
        new("web_search_preview", "a web search that the provider makes"),
        new(WebSearchOptions, "a web search that the provider makes"),
        new(SearchParameters, "a web search that the provider makes"),
        new(SearchingModel, "a model that searches the web or takes its instructions from the provider"),
        new("web_fetch", "a page that the provider fetches"),
        new("file_search", "a search in files that the provider holds"),
        new("code_interpreter", "code that the provider runs"),
        new("code_execution", "code that the provider runs"),
        new("programmatic_tool_calling", "code that the provider runs"),
        new("image_generation", "an image that the provider makes or holds"),
        new("mcp", "a server that the provider calls"),
        new(McpServers, "servers that the provider calls"),
        new("mcp_toolset", "a server that the provider calls"),
        new("advisor", "another model that the provider asks"),
        new(Container, "a machine that the provider runs"),
        new(FileId, "a file that the provider holds"),
        new(FileUrl, "a file that the provider fetches"),
        new(RemoteImage, "an image, sound, film or document that the provider fetches from an address"),
        new(HeldAudio, "a spoken answer that the provider holds"),
        new(Background, "an answer that is made after the call has ended"),
        new(PreviousResponse, "an earlier answer that the provider holds"),
        new(Conversation, "a conversation that the provider holds"),
        new(ItemReference, "a part of an earlier answer that the provider holds"),
        new(StoredPrompt, "a prompt that the provider holds"),
        new(Routing, "a choice of who answers, or a search, by the router in front of the model: `fallbacks`, "
            + "`provider`, `route`, `preset`, `data_sources`, `enable_search`, `deferred`"),
        new(Plugins, "additions by the router in front of the model"),
        new(FallbackModels, "other models that may answer instead"),
        new("extra_body", "fields for the server behind the router"),
        new("api_base", "a server that the caller chooses"),
        new("base_url", "a server that the caller chooses"),
        new("user_config", "servers that the caller chooses"),
        new(UntypedTool, "a tool without a type or a name"),
    ];

    /// <summary>The feature of that name, or null when this version cannot describe it.</summary>
    public static ProviderFeature? Find(string name) => All.FirstOrDefault(feature => feature.Name == name);
}
