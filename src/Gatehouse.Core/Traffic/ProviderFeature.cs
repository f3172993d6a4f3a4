using System.Buffers;
using System.Collections.Immutable;
using System.Text;

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

    /// <summary>A conversation that the provider holds.</summary>
    public const string Conversation = "conversation";

    internal const string RemoteImage = "remote-image";
    internal const string StoredPrompt = "stored-prompt";
    internal const string FileId = "file_id";
    internal const string FileUrl = "file_url";
    internal const string Background = "background";
    internal const string PreviousResponse = "previous_response_id";
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

/// <summary>The provider-side features that one request uses, each once.</summary>
internal sealed class ProviderFeatureSet
{
    /// <summary>Different features in one request. Ours; the bound keeps the search below linear.</summary>
    public const int FeaturesMax = 32;

    private const int NameBytesMax = 64;

    private static readonly SearchValues<byte> Digits = SearchValues.Create("0123456789"u8);

    /// <summary>Tools that the caller's own side runs. The model only asks for them.</summary>
    private static readonly byte[][] RunByTheCaller =
    [
        [.. "function"u8], [.. "custom"u8], [.. "namespace"u8], [.. "local_shell"u8], [.. "shell"u8],
        [.. "apply_patch"u8], [.. "computer"u8], [.. "computer_use_preview"u8],
        // These search among the tools that the request itself names.
        [.. "tool_search"u8], [.. "tool_search_tool_bm25"u8], [.. "tool_search_tool_regex"u8],
    ];

    /// <summary>The same, as Anthropic writes them: only with a date.</summary>
    private static readonly byte[][] RunByTheCallerWithDate =
    [
        [.. "bash"u8], [.. "text_editor"u8], [.. "computer"u8], [.. "memory"u8], [.. "computer_toolset"u8],
        [.. "browser_toolset"u8], [.. "computer_use_preview"u8], [.. "tool_search_tool_bm25"u8],
        [.. "tool_search_tool_regex"u8],
    ];

    private readonly List<string> _names = [];

    public IReadOnlyList<string> Names => _names;

    /// <summary>False when the request uses too many different ones.</summary>
    public bool Add(string feature)
    {
        if (_names.Contains(feature))
            return true;
        _names.Add(feature);
        return _names.Count <= FeaturesMax;
    }

    /// <summary>
    /// Adds a tool by its type unless the caller's own side runs it. False when the type is no tool's.
    /// </summary>
    public bool AddTool(ReadOnlySpan<byte> type, out bool isHosted)
    {
        isHosted = false;
        if (type.Length > NameBytesMax)
            return false;
        var name = WithoutDate(type);
        if (IsOneOf(name.Length < type.Length ? RunByTheCallerWithDate : RunByTheCaller, name))
            return true;
        isHosted = true;
        return Add(NameOf(name));
    }

    /// <summary>
    /// A caller's word as a name that can stand under <c>provider-tools:</c>: other characters become dashes.
    /// </summary>
    public static string NameOf(ReadOnlySpan<byte> word)
    {
        var name = new StringBuilder(NameBytesMax);
        // A key of the estate file begins with a letter or a digit.
        if (word.IsEmpty || !char.IsAsciiLetterOrDigit((char)word[0]))
            name.Append('x');
        foreach (var one in word[..Math.Min(word.Length, NameBytesMax - 1)])
            name.Append(char.IsAsciiLetterOrDigit((char)one) || one is (byte)'.' or (byte)'_' ? (char)one : '-');
        return name.ToString();
    }

    /// <summary>Takes off <c>_20250305</c> (Anthropic), <c>_2025_03_11</c> or <c>-2025-03-11</c> (OpenAI).</summary>
    public static ReadOnlySpan<byte> WithoutDate(ReadOnlySpan<byte> type)
    {
        if (type.Length > 9 && type[^9] == '_' && !type[^8..].ContainsAnyExcept(Digits))
            return type[..^9];
        if (type.Length > 11 && type[^11] is (byte)'_' or (byte)'-' && type[^6] == type[^11] && type[^3] == type[^11]
            && !type[^10..^6].ContainsAnyExcept(Digits) && !type[^5..^3].ContainsAnyExcept(Digits)
            && !type[^2..].ContainsAnyExcept(Digits))
        {
            return type[..^11];
        }
        return type;
    }

    private static bool IsOneOf(byte[][] types, ReadOnlySpan<byte> type)
    {
        foreach (var known in types)
        {
            if (type.SequenceEqual(known))
                return true;
        }
        return false;
    }
}

/// <summary>
/// Models that reach the world by themselves, told by their names: OpenRouter's <c>:online</c> and <c>@preset/…</c>,
/// OpenAI's search previews and deep research, Perplexity's sonar, Groq's compound. Only asked where a call may name
/// any model of a server; a model that the estate names was chosen by its owner.
/// </summary>
public static class SearchingModels
{
    private static readonly string[] Words =
        ["online", "search", "browser", "browsing", "preset", "research", "sonar", "compound"];

    /// <summary>Whether a name says so.</summary>
    public static bool Has(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var parts = name.Split([':', '-', '_', '/', '@', '.', ' '], StringSplitOptions.RemoveEmptyEntries);
        return parts.Any(part => Words.Contains(part, StringComparer.OrdinalIgnoreCase));
    }
}
