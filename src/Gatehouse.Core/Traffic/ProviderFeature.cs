namespace Gatehouse.Core.Traffic;

/// <summary>
/// The names of what a call can ask a provider to do outside the gate, as a job lists them under
/// <c>provider-tools:</c>. Hosted tools appear under their own type without its date, such as <c>web_search</c>.
/// </summary>
public static class ProviderFeature
{
    /// <summary>An image, document, sound or video that the provider fetches from an address.</summary>
    public const string RemoteImage = "remote-image";

    /// <summary>A prompt that is stored at the provider (Responses <c>prompt</c>).</summary>
    public const string StoredPrompt = "stored-prompt";

    /// <summary>A file that is stored at the provider.</summary>
    public const string FileId = "file_id";

    /// <summary>A file that the provider fetches (Responses <c>file_url</c>).</summary>
    public const string FileUrl = "file_url";

    /// <summary>An answer that is made after the call has ended.</summary>
    public const string Background = "background";

    /// <summary>An earlier answer that the provider holds.</summary>
    public const string PreviousResponse = "previous_response_id";

    /// <summary>A conversation that the provider holds.</summary>
    public const string Conversation = "conversation";

    /// <summary>An item of an earlier answer that the provider holds.</summary>
    public const string ItemReference = "item_reference";

    /// <summary>A search that the provider makes (chat <c>web_search_options</c>).</summary>
    public const string WebSearchOptions = "web_search_options";

    /// <summary>Servers that the provider calls (Anthropic <c>mcp_servers</c>).</summary>
    public const string McpServers = "mcp_servers";

    /// <summary>A machine that the provider runs (Anthropic <c>container</c>).</summary>
    public const string Container = "container";

    /// <summary>A search that the provider makes (<c>search_parameters</c>, in xAI's form of chat).</summary>
    public const string SearchParameters = "search_parameters";

    /// <summary>
    /// What makes a provider or a router call somebody else, by other names: <c>fallbacks</c> (LiteLLM),
    /// <c>provider</c>,
    /// <c>route</c> and <c>preset</c> (OpenRouter), <c>data_sources</c> (Azure), <c>enable_search</c> (Qwen),
    /// <c>deferred</c> (xAI).
    /// </summary>
    public const string Routing = "routing";

    /// <summary>What a router in front of providers adds (<c>plugins</c>, in OpenRouter's form of chat).</summary>
    public const string Plugins = "plugins";

    /// <summary>Other models that may answer instead (<c>models</c>, in OpenRouter's form of chat).</summary>
    public const string FallbackModels = "models";
}
